using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Tests.Persistence;
using Xunit;
using Options = Microsoft.Extensions.Options.Options;

namespace Portal.Tests.Hosting;

public sealed class AuditCommandTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 1, 1, 9, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;

    public AuditCommandTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Verify_IntactThenForged_TellsPerOrganizationAndByItsExitCode()
    {
        await AddAsync("northwind", 3);
        var harbour = await AddAsync("harbour", 2);

        var (code, text) = await RunAsync("verify");
        Assert.Equal((0, "harbour: 2 entries, chain intact\nnorthwind: 3 entries, chain intact\n(platform): 0 entries, chain intact\n3 checked, 0 broken\n"), (code, text));

        await using (var owner = _database.CreateOwnerContext())
        {
            await AuditRig.ForgeAsync(owner, "UPDATE \"AuditEntry\" SET \"Details\" = 'x' WHERE \"Sequence\" = 2 AND \"TenantId\" = {0}", harbour);
        }

        (code, text) = await RunAsync("verify");
        Assert.Equal(1, code);
        Assert.Contains("harbour: BROKEN at entry 2. The entry was changed", text, StringComparison.Ordinal);
        Assert.Contains("northwind: 3 entries, chain intact", text, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("verify", "--org", "northwind")).Code);
        Assert.Equal(1, (await RunAsync("verify", "--org", "harbour")).Code);
    }

    [Theory]
    [InlineData("verify", "--org", "nowhere")]
    [InlineData("verify", "--organisation", "northwind")]
    [InlineData("prove")]
    [InlineData("remove")]
    public async Task Command_ThatCannotBeDone_SaysWhyAndIsNoSuccess(params string[] args)
    {
        var (code, text) = await RunAsync(args);

        Assert.Equal(2, code);
        Assert.NotEqual("", text);
    }

    [Fact]
    public async Task Remove_WithKeepDays_RemovesAndTheRestVerifies()
    {
        await AddAsync("northwind", 3);
        _time.Advance(TimeSpan.FromDays(400));

        Assert.Equal((0, "northwind: 3 entries removed\n(platform): 0 entries removed\n2 checked, 0 broken\n"), await RunAsync(keepDays: 365, "remove"));
        Assert.Equal((0, "northwind: 1 entry, chain intact, 3 before them removed in time\n(platform): 0 entries, chain intact\n2 checked, 0 broken\n"), await RunAsync("verify"));
    }

    private Task<(int Code, string Text)> RunAsync(params string[] args) => RunAsync(keepDays: null, args);

    private async Task<(int Code, string Text)> RunAsync(int? keepDays, params string[] args)
    {
        await using var services = new ServiceCollection()
            .AddScoped<TenantScope>().AddSingleton<IOptions<AuditOptions>>(Options.Create(new AuditOptions { KeepDays = keepDays }))
            .AddScoped<IDbContextFactory<PortalDbContext>>(p => new Factory(_database, p.GetRequiredService<TenantScope>()))
            .AddScoped<OwnerTenantContext>(p => () => _database.CreateOwnerContext(p.GetRequiredService<TenantScope>())).AddScoped<AuditRetention>()
            .BuildServiceProvider();
        await using var output = new StringWriter { NewLine = "\n" };
        return (await AuditCommand.RunAsync(services, args, output, CancellationToken.None), output.ToString());
    }

    private async Task<string> AddAsync(string slug, int entries)
    {
        var tenant = new Tenant { Name = slug, Slug = slug };
        await using (var db = _database.CreateDbContextFor(new TenantScope()))
        {
            db.Add(tenant);
            await db.SaveChangesAsync();
        }

        await AuditRig.WriteAsync(_database.For(tenant.Id), entries);
        return tenant.Id;
    }

    private sealed class Factory(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);
    }
}
