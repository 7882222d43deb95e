using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

public sealed class AppendOnlyTests : IDisposable
{
    private readonly PortalDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(EntityState.Modified)]
    [InlineData(EntityState.Deleted)]
    public async Task Save_ChangedOrRemovedEntry_IsRefused(EntityState state)
    {
        await AuditRig.WriteAsync(_database, 2);
        await using var db = _database.CreateDbContext();
        db.Entry(await db.Set<AuditEntry>().FirstAsync()).State = state;

        await Assert.ThrowsAsync<InvalidOperationException>(() => db.SaveChangesAsync());
        Assert.True((await AuditRig.VerifyAsync(_database)).IsIntact);
    }

    [Fact]
    public async Task ChangeInPlace_OfEntriesHoweverAsked_IsRefused()
    {
        await AuditRig.WriteAsync(_database, 2);
        await using var db = _database.CreateDbContext();
        var entries = db.Set<AuditEntry>();

        await RefusedAsync(() => entries.ExecuteDeleteAsync());
        await RefusedAsync(() => entries.Where(e => e.Sequence <= 1).ExecuteDeleteAsync());
        await RefusedAsync(() => entries.ExecuteUpdateAsync(set => set.SetProperty(e => e.Details, "x")));
        await RefusedAsync(() => entries.TagWith(AppendOnlyRows.Retention).ExecuteUpdateAsync(set => set.SetProperty(e => e.Details, "x")));
        await RefusedAsync(() => entries.Select(e => new { e }).ExecuteUpdateAsync(set => set.SetProperty(x => x.e.Details, "x")));
        await RefusedAsync(() => db.Set<AuditCheckpoint>().ExecuteDeleteAsync());
        Assert.Equal(2, await entries.CountAsync());
    }

    [Fact]
    public async Task ChangeInPlace_AfterRetentionUsedTheSameQuery_IsStillRefused()
    {
        await AuditRig.WriteAsync(_database, 2);
        var last = 0L;
        await using var owner = _database.CreateOwnerContext(_database.Scope);
        await owner.Set<AuditEntry>().TagWith(AppendOnlyRows.Retention).Where(e => e.Sequence <= last).ExecuteDeleteAsync();

        await RefusedAsync(() => owner.Set<AuditEntry>().Where(e => e.Sequence <= last).ExecuteDeleteAsync());
    }

    [Fact]
    public async Task ApplicationsRole_OnTheLog_AddsAndReadsAlone()
    {
        Assert.SkipUnless(TestServer.Provider is DatabaseProvider.Postgres, "Rights of a role are tried on PostgreSQL.");
        await AuditRig.WriteAsync(_database, 2);
        await using var connection = await PlantedRows.OpenAsync(_database.Options.ConnectionString);
        await PlantedRows.ExecuteAsync(connection, "SELECT set_config('portal.tenant', 'org_test', false)");

        Assert.Equal(2, await PlantedRows.ReadAsync<long>(connection, "SELECT count(*) FROM \"AuditEntry\""));
        foreach (var sql in new[]
        {
            "UPDATE \"AuditEntry\" SET \"Details\" = 'x'", "DELETE FROM \"AuditEntry\"", "TRUNCATE \"AuditEntry\"", "DELETE FROM \"AuditCheckpoint\"",
            "INSERT INTO \"AuditCheckpoint\" (\"TenantId\", \"Sequence\", \"Hash\", \"Removed\", \"At\") VALUES ('org_test', 1, 'x', 1, now())",
        })
        {
            await RowSecurityRig.RefusedAsync(connection, sql);
        }
    }

    [Fact]
    public async Task Act_WhenItsEntryCannotBeWritten_Fails()
    {
        using var database = RowSecurityRig.Database();
        await using (var owner = await PlantedRows.OpenAsync(database.Options.OwnerConnectionString))
        {
            await PlantedRows.ExecuteAsync(owner, "REVOKE INSERT ON \"AuditEntry\" FROM portal_test_app");
        }

        await using var db = database.CreateDbContext();
        var project = new Portal.Features.Define.Project { CreatedByUserId = "usr_test" };
        project.Rename("Unaudited");
        db.Add(project);
        db.Audit("project.created", project.AsTarget());
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());

        await using var after = database.CreateDbContext();
        Assert.False(await after.Set<Portal.Features.Define.Project>().AnyAsync());
    }

    [Fact]
    public async Task Apply_RightsOfAnEarlierBuild_AreTakenBack()
    {
        using var database = RowSecurityRig.Database();
        await using (var owner = await PlantedRows.OpenAsync(database.Options.OwnerConnectionString))
        {
            await PlantedRows.ExecuteAsync(owner, "GRANT UPDATE, DELETE ON \"AuditEntry\" TO portal_test_app");
        }

        await using (var owner = database.CreateOwnerContext())
        {
            await new Portal.Persistence.Postgres.PostgresRowSecurity(database.Options).ApplyAsync(owner, CancellationToken.None);
        }

        await using var connection = await PlantedRows.OpenAsync(database.Options.ConnectionString);
        await RowSecurityRig.RefusedAsync(connection, "DELETE FROM \"AuditEntry\"");
    }

    private static async Task RefusedAsync(Func<Task<int>> change) =>
        Assert.Contains("never changed or removed", (await Assert.ThrowsAsync<InvalidOperationException>(change)).Message, StringComparison.Ordinal);
}
