using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>A scope admitted to some projects only: nothing of the others exists for it.</summary>
public sealed class ProjectScopeTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Read_RowsOfAnotherProject_AreNotThere()
    {
        var (open, closed) = (await AddProjectAsync("Open"), await AddProjectAsync("Closed"));
        await using var db = Restricted(open);

        Assert.Equal(open, (await db.Projects.SingleAsync()).Id);
        Assert.Equal(open, (await db.TaskDefinitions.SingleAsync()).ProjectId);
        Assert.Null(await db.Projects.FindAsync("org_test", closed));
        Assert.Equal(0, await db.TaskDefinitions.Where(t => t.ProjectId == closed).ExecuteDeleteAsync());
    }

    [Fact]
    public async Task Read_RowsBelowAnotherProject_AreNotThere()
    {
        var (open, closed) = (await AddProjectAsync("Open"), await AddProjectAsync("Closed"));
        var (mine, theirs) = (await AddLookAsync(open), await AddLookAsync(closed));
        await using var db = Restricted(open);

        Assert.Equal(mine, (await db.SealedLooks.SingleAsync()).Id);
        Assert.False(await db.SealedLooks.AnyAsync(l => l.Id == theirs));
    }

    [Fact]
    public async Task Read_AuditOfTheOrganization_IsHidden()
    {
        var open = await AddProjectAsync("Open");
        await using (var all = _database.CreateDbContext())
        {
            all.Audit("member.invited", new AuditTarget("member", "mem_1"));
            all.Audit("project.renamed", new AuditTarget("project", open, "Open", open));
            await all.SaveChangesAsync();
        }

        await using var db = Restricted(open);
        Assert.Equal("project.renamed", (await db.Set<AuditEntry>().SingleAsync()).Action);
    }

    [Fact]
    public async Task Save_RowOfAnotherProject_Throws()
    {
        var (open, closed) = (await AddProjectAsync("Open"), await AddProjectAsync("Closed"));
        await using var db = Restricted(open);
        db.Add(new Dataset { ProjectId = closed });

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task Save_AuditedActInAnOpenProject_GoesThrough()
    {
        var open = await AddProjectAsync("Open");
        await using var db = Restricted(open);
        (await db.Projects.SingleAsync()).Rename("Renamed");
        db.Audit("project.renamed", new AuditTarget("project", open, "Renamed", open));

        await db.SaveChangesAsync();
        Assert.Equal("Renamed", (await Restricted(open).Projects.SingleAsync()).Name);
    }

    [Fact]
    public void EveryTable_LeadsToAProjectOrIsHidden()
    {
        using var db = Restricted("prj_any");
        var owned = db.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)).ToList();
        var unfiltered = owned.Where(e => e.FindDeclaredQueryFilter("project") is null).Select(e => e.ClrType.Name);

        Assert.True(owned.Count > 20);
        // What somebody who sees one project begins there counts at the organization's budget as well; its figures are shown by a service that asks.
        Assert.Equal([nameof(AuditCheckpoint), nameof(AuditHead), "Budget"], unfiltered.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Read_AnyTable_IsAnswered()
    {
        await using var db = Restricted("prj_any");
        var count = GetType().GetMethod(nameof(CountAsync), BindingFlags.Static | BindingFlags.NonPublic)!; // below
        foreach (var entity in db.Model.GetEntityTypes().Where(e => typeof(ITenantOwned).IsAssignableFrom(e.ClrType)))
        {
            Assert.Equal(0, await (Task<int>)count.MakeGenericMethod(entity.ClrType).Invoke(null, [db])!);
        }
    }

    private static Task<int> CountAsync<T>(PortalDbContext db)
        where T : class => db.Set<T>().CountAsync();

    private PortalDbContext Restricted(params string[] projectIds)
    {
        var scope = new TenantScope();
        scope.Enter("org_test");
        scope.RestrictTo(projectIds);
        return _database.CreateDbContextFor(scope);
    }

    private async Task<string> AddProjectAsync(string name)
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_test" };
        project.Rename(name);
        // Adding gives the id.
        db.Add(project);
        db.Add(new TaskDefinition { ProjectId = project.Id });
        await db.SaveChangesAsync();
        return project.Id;
    }

    private async Task<string> AddLookAsync(string projectId)
    {
        await using var db = _database.CreateDbContext();
        var version = new DatasetVersion { ProjectId = projectId, Number = 1, StartedAt = db.Now };
        db.Add(version);
        var look = new SealedLook { VersionId = version.Id, Reason = "Test", UserId = "usr_test", UserName = "Test", At = db.Now };
        db.Add(look);
        await db.SaveChangesAsync();
        return look.Id;
    }
}
