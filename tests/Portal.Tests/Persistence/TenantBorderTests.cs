using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class TenantBorderTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Read_OtherTenantsRow_IsNotThere()
    {
        var id = await AddProjectAsync(_database.For("org_b"));

        await using var own = _database.CreateDbContext();
        Assert.Null(await own.Projects.SingleOrDefaultAsync(p => p.Id == id));
        Assert.Equal(0, await own.Projects.CountAsync());
        Assert.Equal(0, await own.Projects.Where(p => p.Id == id).ExecuteDeleteAsync());

        await using var other = _database.For("org_b").CreateDbContext();
        Assert.Equal(1, await other.Projects.CountAsync());
    }

    [Fact]
    public async Task Read_WithoutScope_Throws()
    {
        await using var db = _database.CreateDbContextFor(new TenantScope());

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Projects.CountAsync());
    }

    [Fact]
    public async Task Read_PlatformScope_SeesAllAndWritesNothing()
    {
        await AddProjectAsync(_database.For("org_a"));
        await AddProjectAsync(_database.For("org_b"));

        await using var db = _database.For(null).CreateDbContext();
        var all = await db.Projects.ToListAsync();
        Assert.Equal(2, all.Count);

        all[0].Rename("Changed from above");
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task ExecuteUpdateAndDelete_PlatformScope_AreRefused()
    {
        await AddProjectAsync(_database.For("org_a"));
        await using var db = _database.For(null).CreateDbContext();

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Projects.ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, "Changed from above")));
        await Assert.ThrowsAsync<InvalidOperationException>(() => db.Projects.Where(p => p.Name != "").ExecuteDeleteAsync());
        Assert.Equal("A project", (await db.Projects.SingleAsync()).Name);
    }

    [Fact]
    public async Task Save_GlobalRowThatNamesAnotherTenant_Throws()
    {
        await using var db = _database.CreateDbContext();
        db.ApiKeyIndex.Add(new ApiKeyIndex { Hash = "mine", TenantId = "org_b", KeyId = "key_of_b" });

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task Save_StubWithAnotherTenantsKey_ChangesAndDeletesNothing()
    {
        var id = await AddProjectAsync(_database.For("org_b"));
        await using (var own = _database.CreateDbContext())
        {
            var stub = new Project { CreatedByUserId = "usr_test" };
            var entry = own.Entry(stub);
            entry.Property(nameof(Project.TenantId)).CurrentValue = "org_b";
            entry.Property(nameof(Project.Id)).CurrentValue = id;
            entry.State = EntityState.Deleted;
            await Assert.ThrowsAsync<InvalidOperationException>(() => own.SaveChangesAsync());
        }

        await using (var own = _database.CreateDbContext())
        {
            var stub = new Project { CreatedByUserId = "usr_test" };
            var entry = own.Entry(stub);
            entry.Property(nameof(Project.TenantId)).CurrentValue = "org_test";
            entry.Property(nameof(Project.Id)).CurrentValue = id;
            entry.State = EntityState.Deleted;
            await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => own.SaveChangesAsync());
        }

        await using var other = _database.For("org_b").CreateDbContext();
        Assert.Equal(1, await other.Projects.CountAsync());
    }

    [Fact]
    public async Task Save_RowTakenFromAnotherTenant_Throws()
    {
        var id = await AddProjectAsync(_database.For("org_b"));
        Project stolen;
        await using (var other = _database.For("org_b").CreateDbContext())
        {
            stolen = await other.Projects.AsNoTracking().SingleAsync(p => p.Id == id);
        }

        stolen.Rename("Stolen");
        await using (var own = _database.CreateDbContext())
        {
#pragma warning disable RS0030 // What slices must not do is done here, to see it fail.
            own.Projects.Update(stolen);
#pragma warning restore RS0030
            await Assert.ThrowsAsync<InvalidOperationException>(() => own.SaveChangesAsync());
        }

        await using var again = _database.For("org_b").CreateDbContext();
        Assert.NotEqual("Stolen", (await again.Projects.SingleAsync()).Name);
    }

    [Fact]
    public async Task Save_TwoAtOnce_SecondFails()
    {
        var id = await AddProjectAsync(_database);
        await using var one = _database.CreateDbContext();
        await using var two = _database.CreateDbContext();
        var first = await one.Projects.SingleAsync(p => p.Id == id);
        var second = await two.Projects.SingleAsync(p => p.Id == id);

        first.Rename("First");
        await one.SaveChangesAsync();
        second.Rename("Second");
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => two.SaveChangesAsync());
    }

    [Fact]
    public void Enter_SecondTenant_Throws()
    {
        var scope = new TenantScope();
        scope.Enter("org_a");
        scope.Enter("org_a");

        Assert.Throws<InvalidOperationException>(() => scope.Enter("org_b"));
        Assert.Throws<InvalidOperationException>(scope.EnterPlatform);
    }

    private static async Task<string> AddProjectAsync(PortalDatabase database)
    {
        await using var db = database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_test" };
        project.Rename("A project");
        db.Projects.Add(project);
        await db.SaveChangesAsync();
        return project.Id;
    }
}
