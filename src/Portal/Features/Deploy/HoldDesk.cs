using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Asks budgets for the calls of this node, those of an organisation that come together by one reservation. Where that does not fit as a whole, whoever
/// came first gets what is left. Where many come and budgets are wide, more is reserved than they need, and those who come next take it from memory;
/// what nobody took within two seconds is given back.
/// </summary>
public sealed class HoldDesk : IHostedService
{
    private readonly IServiceScopeFactory _scopes;
    private readonly WriteTurns _turns;
    private readonly TimeProvider _time;
    private readonly ILogger<HoldDesk> _logger;
    private readonly Lanes<Asking> _lanes;
    /// <summary>The last of each place, for twice as long as it is taken from: what it came to says how large the next has to be.</summary>
    private readonly ConcurrentDictionary<HoldPlace, HoldStock> _stocks = new();
    private volatile bool _isStopping;

    public HoldDesk(IServiceScopeFactory scopes, WriteTurns turns, TimeProvider time, ILogger<HoldDesk> logger)
    {
        (_scopes, _turns, _time, _logger) = (scopes, turns, time, logger);
        _lanes = new Lanes<Asking>(tenantId => new AskingWork(this, tenantId));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A portal that is told to stop holds nothing for calls that will not come.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        foreach (var stock in _stocks.Values)
        {
            await EndAsync(stock);
        }
    }

    /// <param name="standing">As it was read: what was reserved before a budget changed here is of another.</param>
    /// <exception cref="BudgetExceededException">A budget has no room for it.</exception>
    internal Task<CallHold> HoldAsync(string tenantId, string projectId, long worst, CallTerms terms, CallStanding standing)
    {
        if (_stocks.TryGetValue(new HoldPlace(tenantId, projectId, terms.KeyId), out var stock) && stock.TryTake(worst, standing, _time.GetTimestamp()))
        {
            return Task.FromResult(stock.Hold with { Micros = worst });
        }

        var asking = new Asking(projectId, worst, terms, standing);
        _lanes.Add(tenantId, asking);
        return asking.Told.Task;
    }

    private async Task AskAsync(string tenantId, IReadOnlyList<Asking> group)
    {
        using var turn = await _turns.TakeAsync();
        foreach (var alike in group.GroupBy(a => (a.ProjectId, a.Terms.KeyId)))
        {
            await HoldAsync(tenantId, [.. alike]);
        }
    }

    private async Task HoldAsync(string tenantId, List<Asking> alike)
    {
        try
        {
            var hold = await ReserveAsync(tenantId, alike);
            alike.ForEach(a => a.Told.SetResult(hold with { Micros = a.Worst }));
        }
        catch (BudgetExceededException full)
        {
            await SortOutAsync(tenantId, alike, full);
        }
        catch (Exception fault)
        {
            alike.ForEach(a => a.Told.TrySetException(fault));
        }
    }

    /// <summary>Whoever wants more than is left is refused. Of the others those who came first, as far as it goes, are asked for again, and then the rest.</summary>
    private async Task SortOutAsync(string tenantId, List<Asking> alike, BudgetExceededException full)
    {
        var room = full.Budget.CapMicros - full.Budget.SpentMicros - full.Budget.HeldMicros;
        var refused = alike.Count is 1 ? alike : alike.FindAll(a => a.Worst > room);
        if (refused.Count > 0)
        {
            await RefuseAsync(tenantId, refused, full);
        }

        var others = alike.Except(refused).ToList();
        var (first, sum) = (0, 0L);
        while (first < others.Count && sum + others[first].Worst <= room)
        {
            sum += others[first++].Worst;
        }

        // There may be room for all by now; still no question is asked twice.
        first = Math.Min(first, alike.Count / 2);
        foreach (var part in new[] { others[..first], others[first..] })
        {
            if (part.Count > 0)
            {
                await HoldAsync(tenantId, part);
            }
        }
    }

    private async Task<CallHold> ReserveAsync(string tenantId, List<Asking> alike)
    {
        if (await TryStockAsync(tenantId, alike) is { } hold)
        {
            return hold;
        }

        try
        {
            return await TryReserveAsync(tenantId, alike, 0);
        }
        catch (BudgetExceededException)
        {
            // Nobody is refused for what is held here for nobody.
            if (!await GiveBackAsync(tenantId))
            {
                throw;
            }

            return await TryReserveAsync(tenantId, alike, 0);
        }
    }

    /// <summary>Null where so few come that each is asked for by itself, or where a budget is not wide enough for more.</summary>
    private async Task<CallHold?> TryStockAsync(string tenantId, List<Asking> alike)
    {
        var place = new HoldPlace(tenantId, alike[0].ProjectId, alike[0].Terms.KeyId);
        var last = _stocks.GetValueOrDefault(place);
        var ahead = _isStopping ? 0 : HoldStock.SizeAfter(last, alike.Count, alike.Sum(a => a.Worst));
        if (ahead is 0)
        {
            return null;
        }

        try
        {
            var began = _time.GetTimestamp();
            var hold = await TryReserveAsync(tenantId, alike, ahead);
            var stock = new HoldStock(place, hold, ahead, alike[0].Standing, began + (long)(HoldStock.Lifetime.TotalSeconds * _time.TimestampFrequency));
            _stocks[place] = stock;
            _ = EndLaterAsync(stock);
            await (last is null ? Task.CompletedTask : TryGiveBackAsync(last));
            return hold;
        }
        catch (BudgetExceededException)
        {
            last?.TooLarge(ahead);
            return null;
        }
    }

    private async Task<CallHold> TryReserveAsync(string tenantId, List<Asking> alike, long ahead)
    {
        await using var services = _scopes.CreateAsyncScope();
        await using var db = await OpenAsync(services, tenantId);
        var (sum, id) = (alike.Sum(a => a.Worst) + ahead, PublicId.Create("hld", db.Now));
        var terms = alike[0].Terms with
        {
            ExpiresAt = alike.Max(a => a.Terms.ExpiresAt) + (ahead is 0 ? TimeSpan.Zero : HoldStock.Lifetime),
            RoomMicros = ahead is 0 ? 0 : sum * HoldStock.RoomFor,
        };
        var held = services.ServiceProvider.GetRequiredService<BillingService>().Reserve(db, alike[0].ProjectId, id, new Quote(sum, sum), terms);
        await db.SaveChangesAsync();
        return new CallHold(id, sum, held.BudgetIds);
    }

    private async Task EndLaterAsync(HoldStock stock)
    {
        await Task.Delay(HoldStock.Lifetime, _time);
        await EndAsync(stock);
        await Task.Delay(HoldStock.Lifetime, _time);
        _stocks.TryRemove(new(stock.Place, stock));
    }

    private async Task EndAsync(HoldStock stock)
    {
        if (stock.Close() is > 0 and var left)
        {
            using var turn = await _turns.TakeAsync();
            await GiveBackAsync(stock, left);
        }
    }

    /// <summary>The same in the caller's turn; false where nothing was left.</summary>
    private async Task<bool> TryGiveBackAsync(HoldStock stock)
    {
        if (stock.Close() is not (> 0 and var left))
        {
            return false;
        }

        await GiveBackAsync(stock, left);
        return true;
    }

    /// <summary>All that is held here for an organisation's calls to come; false where there is none. In the caller's turn.</summary>
    private async Task<bool> GiveBackAsync(string tenantId)
    {
        var isAny = false;
        foreach (var stock in _stocks.Values.Where(s => s.Place.TenantId == tenantId))
        {
            isAny |= await TryGiveBackAsync(stock);
        }

        return isAny;
    }

    private async Task GiveBackAsync(HoldStock stock, long left)
    {
        try
        {
            await using var services = _scopes.CreateAsyncScope();
            await using var db = await OpenAsync(services, stock.Place.TenantId);
            await using var transaction = await db.Database.BeginTransactionAsync();
            await services.ServiceProvider.GetRequiredService<BillingService>().RecordCallsAsync(db, [], [stock.Hold with { Micros = left }], CancellationToken.None);
            await transaction.CommitAsync();
        }
        catch (Exception fault)
        {
            _logger.LogWarning(fault, "{Micros} micro-units that are held for no call of {TenantId} could not be given back; they are free when the reservation expires", left, stock.Place.TenantId);
        }
    }

    private async Task RefuseAsync(string tenantId, List<Asking> refused, BudgetExceededException full)
    {
        try
        {
            await using var services = _scopes.CreateAsyncScope();
            await using var db = await OpenAsync(services, tenantId);
            var (id, month, count) = (full.BudgetId, Budget.MonthOf(db.Now), refused.Count);
            await db.Budgets.Where(b => b.Id == id).ExecuteUpdateAsync(set => set
                .SetProperty(b => b.Refused, b => b.Month < month ? count : b.Refused + count)
                .SetProperty(b => b.SpentMicros, b => b.Month < month ? 0 : b.SpentMicros)
                .SetProperty(b => b.ToldPercent, b => b.Month < month ? 0 : b.ToldPercent)
                .SetProperty(b => b.Month, b => b.Month < month ? month : b.Month));
            refused.ForEach(a => a.Told.SetException(new BudgetExceededException(full.BudgetId, full.Kind, full.Budget, a.Worst)));
        }
        catch (Exception fault)
        {
            refused.ForEach(a => a.Told.TrySetException(fault));
        }
    }

    private static async Task<PortalDbContext> OpenAsync(AsyncServiceScope services, string tenantId)
    {
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        return await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
    }

    private sealed class Asking(string projectId, long worst, CallTerms terms, CallStanding standing)
    {
        public CallStanding Standing { get; } = standing;

        public string ProjectId { get; } = projectId;

        public long Worst { get; } = worst;

        public CallTerms Terms { get; } = terms;

        public TaskCompletionSource<CallHold> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class AskingWork(HoldDesk desk, string tenantId) : LaneWork<Asking>
    {
        public override Task DoAsync(IReadOnlyList<Asking> group) => desk.AskAsync(tenantId, group);
    }
}
