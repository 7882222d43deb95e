using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

/// <summary>Two nodes ask the budgets of one organisation at once, on whichever database: together they never hold or spend more than there is.</summary>
public sealed class TwoNodeBudgetTests : IDisposable
{
    private const int Worst = 1_000;
    private const int CallsEach = 120;

    private static readonly CallStanding s_standing = new(IsUnpaid: false, HasBudget: true);

    private readonly PortalDatabase _database = new();
    private readonly ServiceProvider[] _nodes;

    public TwoNodeBudgetTests() => _nodes = [Node(), Node()];

    public void Dispose()
    {
        Array.ForEach(_nodes, n => n.Dispose());
        _database.Dispose();
    }

    [Theory]
    [InlineData(50)]
    [InlineData(10_000)]
    public async Task Calls_OfTwoNodes_AreHeldAsFarAsTheBudgetGoes_AndEndWithNothingHeld(int worth)
    {
        await using (var db = _database.CreateDbContext())
        {
            await BudgetService.SetAsync(db, BudgetKind.Organization, Budget.OfOrganization, worth * Worst, "", CancellationToken.None);
            await db.SaveChangesAsync();
        }

        var holds = await Task.WhenAll(_nodes.SelectMany(node => Enumerable.Range(0, CallsEach).Select(_ => Task.Run(() => TryHoldAsync(node)))));

        Assert.Equal(Math.Min(worth, 2 * CallsEach), holds.Count(h => h is not null));
        var held = await BudgetAsync();
        Assert.InRange(held.HeldMicros, Math.Min(worth, 2 * CallsEach) * Worst, held.CapMicros);

        // Each has used a part of what was held for it; their records are written side by side.
        await Task.WhenAll(holds.OfType<CallHold>().Select((hold, i) => (hold, i)).Chunk(10).Select((group, g) => Task.Run(() => RecordAsync(_nodes[g % 2], group))));
        foreach (var node in _nodes)
        {
            await node.GetRequiredService<HoldDesk>().StopAsync(CancellationToken.None);
        }

        // What a node had held ahead may be on its way back already.
        var spent = await GatewayRig.WaitAsync(async () => await BudgetAsync() is { HeldMicros: 0 } free ? free : null);
        Assert.Equal(Math.Min(worth, 2 * CallsEach) * 700L, spent.SpentMicros);
        await using var end = _database.CreateDbContext();
        Assert.Equal((spent.SpentMicros, 0), (await end.UsageEvents.SumAsync(u => u.AmountMicros), await end.Reservations.CountAsync()));
    }

    private ServiceProvider Node()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System);
        services.AddSingleton(Options.Create(new DatabaseOptions { Provider = TestServer.Provider })).AddSingleton<WriteTurns>().AddSingleton<HoldDesk>();
        services.AddScoped<TenantScope>().AddScoped<CurrentMember>().AddScoped<BillingService>();
        services.AddScoped<IDbContextFactory<PortalDbContext>>(s => new Contexts(_database, s.GetRequiredService<TenantScope>()));
        return services.BuildServiceProvider();
    }

    private async Task<CallHold?> TryHoldAsync(ServiceProvider node)
    {
        try
        {
            return await node.GetRequiredService<HoldDesk>().HoldAsync(_database.Scope.TenantId, "prj_1", Worst, new CallTerms(null, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(10)), s_standing);
        }
        catch (BudgetExceededException)
        {
            return null;
        }
    }

    private async Task RecordAsync(ServiceProvider node, (CallHold Hold, int Number)[] group)
    {
        await using var services = node.CreateAsyncScope();
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(_database.Scope.TenantId);
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await services.ServiceProvider.GetRequiredService<BillingService>().RecordCallsAsync(
            db, group.Select(c => new UsageFact("prj_1", Meter.OutputTokens, UsageSource.Endpoint, 700, 1_000_000, "dep_1", $"ans_{c.Number}:OutputTokens")), group.Select(c => c.Hold), CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    private async Task<Budget> BudgetAsync()
    {
        await using var db = _database.CreateDbContext();
        return await db.Budgets.AsNoTracking().SingleAsync();
    }

    private sealed class Contexts(PortalDatabase database, TenantScope scope) : IDbContextFactory<PortalDbContext>
    {
        public PortalDbContext CreateDbContext() => database.CreateDbContextFor(scope);
    }
}
