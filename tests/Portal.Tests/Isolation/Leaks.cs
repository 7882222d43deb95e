using System.Collections.Concurrent;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>
/// Services as nobody should write them, each wrong in one way. The owner of the tables stands in for what would get past a database that
/// keeps tenants apart itself: a forgotten policy, a role with too many rights.
/// </summary>
internal sealed class Leaks(Func<IsolationWorld> world, IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IBackgroundJobClient jobs, ILogger<Leaks> logger)
{
    /// <summary>Shared by everybody, under a key that says nothing of whose it is.</summary>
    private static readonly ConcurrentDictionary<string, string> s_names = new(StringComparer.Ordinal);

#pragma warning disable RS0030 // What slices must not do is done here, to see it found.
    public async Task<Project> ReadsByIdAloneAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = world().Database.CreateOwnerContext();
        return await db.Projects.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(p => p.Id == projectId, ct) ?? throw new NotFoundException("project");
    }

    public async Task<int> TellsWhetherItIsThereAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = world().Database.CreateOwnerContext();
        return await db.Projects.IgnoreQueryFilters().AnyAsync(p => p.Id == projectId, ct) ? throw new PortalException("This project is not yours.") : throw new NotFoundException("project");
    }

    public async Task ChangesByIdAloneAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = world().Database.CreateOwnerContext();
        await db.Projects.IgnoreQueryFilters().Where(p => p.Id == projectId).ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, "Taken"), ct);
    }

    public async Task<string> LogsWhatItReadsAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = world().Database.CreateOwnerContext();
        var name = await db.Projects.IgnoreQueryFilters().Where(p => p.Id == projectId).Select(p => p.Name).SingleOrDefaultAsync(ct);
        logger.LogInformation("Asked for {Name}", name);
        throw new NotFoundException("project");
    }

    public async Task BeginsWorkForWhoeverAsync(string runId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = world().Database.CreateOwnerContext();
        if (await db.CandidateRuns.IgnoreQueryFilters().Where(r => r.Id == runId).Select(r => r.TenantId).SingleOrDefaultAsync(ct) is { } tenantId)
        {
            jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(tenantId, runId, CancellationToken.None));
        }
    }
#pragma warning restore RS0030

    internal static async Task<string?> NameAsync(IsolationWorld world, string projectId)
    {
        await using var db = world.Database.CreateOwnerContext();
#pragma warning disable RS0030 // The same.
        return await db.Projects.IgnoreQueryFilters().Where(p => p.Id == projectId).Select(p => p.Name).SingleOrDefaultAsync();
#pragma warning restore RS0030
    }

    public async Task KeepsWhatItIsGivenAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit("project.noted", new AuditTarget("project", projectId));
        await db.SaveChangesAsync(ct);
    }

    public async Task<int> AsksForNoRightAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Projects.CountAsync(p => p.Id == projectId, ct);
    }

    public async Task<int> DeniesThatItIsThereAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return current.May(Permission.ManageMembers) ? await db.Projects.CountAsync(p => p.Id == projectId, ct) : throw new NotFoundException("project");
    }

    public async Task<string> CachesForAllAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        if (s_names.TryGetValue("name", out var name))
        {
            return name;
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        return s_names["name"] = await db.Projects.Where(p => p.Id == projectId).Select(p => p.Name).SingleAsync(ct);
    }

    public Task<bool> TakesWhatNobodyKnowsAsync(System.Net.IPEndPoint place, CancellationToken ct) =>
        Task.FromResult(current.IsInside && place.Port is 1 && !ct.IsCancellationRequested);

    public Task<bool> TakesAnIdOfWhatNobodyHasAsync(string ghostId, CancellationToken ct) => Task.FromResult(current.IsInside && ghostId is "" && !ct.IsCancellationRequested);
}
