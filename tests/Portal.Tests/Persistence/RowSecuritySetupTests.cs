using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Portal.Persistence;
using Portal.Persistence.Postgres;
using Xunit;
using Options = Microsoft.Extensions.Options.Options;

namespace Portal.Tests.Persistence;

/// <summary>How the border comes to be, what tells that it is gone, and what mends it.</summary>
public sealed class RowSecuritySetupTests : IDisposable
{
    private readonly PortalDatabase _database = RowSecurityRig.Database();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Migrate_EmptyDatabaseInProduction_HoldsTheApplicationsRole()
    {
        await using (var owner = _database.CreateOwnerContext())
        {
            await owner.Database.EnsureDeletedAsync();
        }

        await StartAsync(_database.Options);
        await StartAsync(_database.Options);

        await RowSecurityRig.AddProjectAsync(_database.For("org_b"), "B's");
        Assert.Equal(0, await CountWithoutFiltersAsync("org_a"));
        Assert.Equal(1, await CountWithoutFiltersAsync("org_b"));
    }

    [Fact]
    public async Task Start_AsSuperuserInProduction_IsRefusedWithTheRemedy()
    {
        var options = new DatabaseOptions { Provider = DatabaseProvider.Postgres, ConnectionString = _database.Options.OwnerConnectionString, MigrateAtStart = false };

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(options, () => _database.CreateOwnerContext()));
        Assert.Contains("Database:OwnerConnectionString", refused.Message);
        Assert.Contains("superuser", refused.Message);
    }

    [Fact]
    public async Task Fault_PolicyDroppedOrSecurityOff_IsFoundOnEachTableAndMended()
    {
        var security = new PostgresRowSecurity(_database.Options);
        await using var owner = _database.CreateOwnerContext();
        await using var application = _database.CreateDbContext();
        await using var connection = await PlantedRows.OpenAsync(_database.Options.OwnerConnectionString);
        var tables = TenantTable.Of(owner.Model);
        foreach (var (table, i) in tables.Select((table, i) => (table, i)))
        {
            await PlantedRows.ExecuteAsync(connection, i % 2 is 0 ? $"DROP POLICY portal_tenant ON \"{table.Name}\"" : $"ALTER TABLE \"{table.Name}\" DISABLE ROW LEVEL SECURITY");
            Assert.Contains(table.Name, await security.FindFaultAsync(application, CancellationToken.None));
            await security.ApplyAsync(owner, CancellationToken.None);
            Assert.Null(await security.FindFaultAsync(application, CancellationToken.None));
        }
    }

    [Fact]
    public async Task Apply_PolicyOfSomebodyElse_IsTakenAwayAndNothingElseIsTouched()
    {
        var security = new PostgresRowSecurity(_database.Options);
        await using var owner = _database.CreateOwnerContext();
        await using var connection = await PlantedRows.OpenAsync(_database.Options.OwnerConnectionString);
        const string others = "SELECT string_agg(oid::text, ' ' ORDER BY oid) FROM pg_policy WHERE polrelid <> '\"Project\"'::regclass";
        var before = await PlantedRows.ReadAsync<string>(connection, others);
        await PlantedRows.ExecuteAsync(connection, "CREATE POLICY everything ON \"Project\" USING (true)");

        await security.ApplyAsync(owner, CancellationToken.None);

        Assert.Equal(2, await PlantedRows.ReadAsync<long>(connection, "SELECT count(*) FROM pg_policy WHERE polrelid = '\"Project\"'::regclass"));
        Assert.Equal(before, await PlantedRows.ReadAsync<string>(connection, others));
    }

    [Fact]
    public async Task OneRoleForBoth_IsForcedAndLiftedForMigrations()
    {
        await using var super = await PlantedRows.OpenAsync(_database.Options.OwnerConnectionString);
        await using var owner = _database.CreateDbContextFor(new TenantScope());
        foreach (var table in TenantTable.Of(owner.Model))
        {
            await PlantedRows.ExecuteAsync(super, $"ALTER TABLE \"{table.Name}\" OWNER TO portal_test_app");
        }

        await RowSecurityRig.AddProjectAsync(_database.For("org_b"), "B's");
        var security = new PostgresRowSecurity(new DatabaseOptions { ConnectionString = _database.Options.ConnectionString });
        Assert.NotNull(await security.FindFaultAsync(owner, CancellationToken.None));
        Assert.Equal(1, await CountWithoutFiltersAsync("org_a"));

        await security.ApplyAsync(owner, CancellationToken.None);
        Assert.Null(await security.FindFaultAsync(owner, CancellationToken.None));
        Assert.Equal(0, await CountWithoutFiltersAsync("org_a"));

        await security.LiftAsync(owner, CancellationToken.None);
        Assert.Equal(1, await CountWithoutFiltersAsync("org_a"));
    }

    [Theory]
    [InlineData("No Reset On Close=true")]
    [InlineData("Multiplexing=true")]
    public async Task Fault_ConnectionThatCouldServeTheNext_IsRefused(string setting)
    {
        var security = new PostgresRowSecurity(new DatabaseOptions { ConnectionString = $"{_database.Options.ConnectionString};Pooling=true;{setting}" });
        await using var application = _database.CreateDbContext();

        Assert.Contains("Remove them", await security.FindFaultAsync(application, CancellationToken.None));
    }

    [Theory]
    [InlineData("DROP POLICY portal_tenant ON \"Project\"")]
    [InlineData("ALTER TABLE \"Project\" DISABLE ROW LEVEL SECURITY")]
    [InlineData("TRUNCATE \"Project\" CASCADE")]
    [InlineData("SET ROLE portal")]
    public async Task ApplicationsRole_OnTheBorderItself_IsRefused(string sql)
    {
        await using var connection = await PlantedRows.OpenAsync(_database.Options.ConnectionString);

        await RowSecurityRig.RefusedAsync(connection, sql);
    }

    private Task StartAsync(DatabaseOptions options, Func<PortalDbContext>? application = null) => new DatabaseMigration(
        () => _database.CreateOwnerContext(), new Dbs(application ?? (() => _database.CreateDbContextFor(new TenantScope()))), [new PostgresRowSecurity(options)], Options.Create(options),
        new HostingEnvironment { EnvironmentName = Environments.Production }, NullLogger<DatabaseMigration>.Instance).RunAsync(CancellationToken.None);

    private async Task<long> CountWithoutFiltersAsync(string tenant)
    {
        await using var db = _database.For(tenant).CreateDbContext();
#pragma warning disable RS0030 // To see what the database alone lets through.
        return await db.Database.SqlQueryRaw<long>("SELECT count(*) AS \"Value\" FROM \"Project\"").SingleAsync();
#pragma warning restore RS0030
    }

    private sealed class Dbs(Func<PortalDbContext> create) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => create();
    }
}
