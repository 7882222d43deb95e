using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Features.Define;
using Portal.Persistence;
using Portal.Persistence.Postgres;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>What one lessee of a pooled connection may leave to the next: nothing.</summary>
public sealed class TenantConnectionTests : IDisposable
{
    private const string Names = "SELECT \"Name\" AS \"Value\" FROM \"Project\"";

    private readonly PortalDatabase _database = RowSecurityRig.Database();

    public void Dispose() => _database.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PooledConnection_HandedOver_CarriesNoTenant(bool noReset)
    {
        await RowSecurityRig.AddProjectAsync(_database.For("org_a"), "org_a");
        await RowSecurityRig.AddProjectAsync(_database.For("org_b"), "org_b");
        var pooled = Pooled(1, noReset);
        await using var source = NpgsqlDataSource.Create(pooled);

        Assert.Equal(["org_a"], await NamesAsync(source, Scope("org_a")));
        Assert.Equal([], await NamesAsync(source, new TenantScope()));
        Assert.Equal(["org_b"], await NamesAsync(source, Scope("org_b")));
        Assert.Equal(["org_a", "org_b"], await NamesAsync(source, Scope(null)));
        Assert.Equal([], await NamesAsync(source, new TenantScope()));
        Assert.Equal(["org_a"], await NamesAsync(source, Scope("org_a")));
        if (!noReset)
        {
            // Somebody who tells nothing, on the connection that A just gave back.
            await using var raw = await source.OpenConnectionAsync();
            Assert.Equal(0, await PlantedRows.ReadAsync<long>(raw, "SELECT count(*) FROM \"Project\""));
        }
    }

    [Fact]
    public async Task Cancelled_HundredsOfQueries_LeaveEveryConnectionInStep()
    {
        await RowSecurityRig.AddProjectAsync(_database.For("org_a"), "org_a");
        await RowSecurityRig.AddProjectAsync(_database.For("org_b"), "org_b");
        await using var source = NpgsqlDataSource.Create(Pooled(4, noReset: false));
        int cancelled = 0, answered = 0;

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async worker =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 50; i++)
            {
                var tenant = random.Next(2) is 0 ? "org_a" : "org_b";
                using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 12)));
                try
                {
                    Assert.Equal([tenant], await NamesAsync(source, Scope(tenant), $"{Names}, pg_sleep(0.005)", impatient.Token));
                    Interlocked.Increment(ref answered);
                }
                catch (Exception stopped) when (impatient.IsCancellationRequested && stopped is OperationCanceledException or NpgsqlException or InvalidOperationException)
                {
                    Interlocked.Increment(ref cancelled);
                }
            }
        }));

        Assert.True(cancelled > 50, $"only {cancelled} of {cancelled + answered} were cancelled");
        for (var i = 0; i < 20; i++)
        {
            var tenant = i % 2 is 0 ? "org_a" : "org_b";
            Assert.Equal([tenant], await NamesAsync(source, Scope(tenant)));
        }
    }

    [Fact]
    public async Task Open_CouldNotTell_LeavesTheConnectionClosed()
    {
        await using var source = NpgsqlDataSource.Create(Pooled(1, noReset: false));
        await using var db = Context(source, Scope("org_\0a"));

        await Assert.ThrowsAnyAsync<Exception>(() => db.Projects.CountAsync());
        Assert.Equal(System.Data.ConnectionState.Closed, Connection(db).State);
    }

    private NpgsqlConnectionStringBuilder Pooled(int size, bool noReset) =>
        new(_database.Options.ConnectionString) { Pooling = true, MaxPoolSize = size, NoResetOnClose = noReset };

    private static TenantScope Scope(string? tenant)
    {
        var scope = new TenantScope();
        if (tenant is null)
        {
            scope.EnterPlatform();
        }
        else
        {
            scope.Enter(tenant);
        }

        return scope;
    }

    private static PostgresPortalDbContext Context(NpgsqlDataSource source, TenantScope scope) => new(
        new DbContextOptionsBuilder<PostgresPortalDbContext>().UseNpgsql(source).AddInterceptors(PostgresTenantConnection.Instance).Options, scope, TimeProvider.System);

#pragma warning disable RS0030 // The filters are left out, to see the connection alone.
    private static System.Data.Common.DbConnection Connection(PortalDbContext db) => db.Database.GetDbConnection();

    private static async Task<List<string>> NamesAsync(NpgsqlDataSource source, TenantScope scope, string sql = Names, CancellationToken ct = default)
    {
        await using var db = Context(source, scope);
        return [.. (await db.Database.SqlQueryRaw<string>(sql).ToListAsync(ct)).Order(StringComparer.Ordinal)];
    }
#pragma warning restore RS0030
}
