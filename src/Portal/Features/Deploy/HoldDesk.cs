using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Asks budgets for the calls of this node, those of an organisation that come together by one reservation. Where that does not fit as a whole, whoever
/// came first gets what is left.
/// </summary>
public sealed class HoldDesk
{
    private readonly IServiceScopeFactory _scopes;
    private readonly WriteTurns _turns;
    private readonly Lanes<Asking> _lanes;

    public HoldDesk(IServiceScopeFactory scopes, WriteTurns turns)
    {
        (_scopes, _turns) = (scopes, turns);
        _lanes = new Lanes<Asking>(AskAsync);
    }

    /// <exception cref="BudgetExceededException">A budget has no room for it.</exception>
    internal Task<CallHold> HoldAsync(string tenantId, string projectId, long worst, CallTerms terms)
    {
        var asking = new Asking(projectId, worst, terms);
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
            var hold = await TryReserveAsync(tenantId, alike);
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

    private async Task<CallHold> TryReserveAsync(string tenantId, List<Asking> alike)
    {
        await using var services = _scopes.CreateAsyncScope();
        await using var db = await OpenAsync(services, tenantId);
        var (sum, id) = (alike.Sum(a => a.Worst), PublicId.Create("hld", db.Now));
        var terms = alike[0].Terms with { ExpiresAt = alike.Max(a => a.Terms.ExpiresAt) };
        services.ServiceProvider.GetRequiredService<BillingService>().Reserve(db, alike[0].ProjectId, id, new Quote(sum, sum), terms);
        await db.SaveChangesAsync();
        return new CallHold(id, sum);
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

    private sealed class Asking(string projectId, long worst, CallTerms terms)
    {
        public string ProjectId { get; } = projectId;

        public long Worst { get; } = worst;

        public CallTerms Terms { get; } = terms;

        public TaskCompletionSource<CallHold> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
