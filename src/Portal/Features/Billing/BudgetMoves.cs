using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Counts what a context saves at the budgets it comes under, in that transaction: a new reservation is held at each of them or refused, its
/// end gives back what is held, and usage is spent. A budget that is full stops what would begin; what has been used is counted whatever it says.
/// </summary>
/// <param name="written">Usage that is written past the change tracker in the same transaction.</param>
/// <param name="freed">What calls that are over held, by the budget that held it, ended past the change tracker too.</param>
internal sealed class BudgetMoves(IReadOnlyList<UsageEvent> written, IReadOnlyDictionary<string, long> freed) : IAlongSave
{
    public static readonly BudgetMoves Instance = new([], new Dictionary<string, long>());

    public async Task<Func<CancellationToken, Task>> BeginAsync(PortalDbContext db, CancellationToken ct)
    {
        await DrawAsync(db, ct);
        var moves = ReadMoves(db);
        foreach (var entry in db.ChangeTracker.Entries<Reservation>().Where(e => e is { State: EntityState.Added, Entity.State: ReservationState.Held }).ToList())
        {
            await HoldAsync(db, entry.Entity, ct);
        }

        return next => MoveAsync(db, moves, next);
    }

    /// <summary>One statement a budget: whoever comes at the same moment waits for it, and finds what it has left.</summary>
    private static async Task HoldAsync(PortalDbContext db, Reservation held, CancellationToken ct)
    {
        var (amount, room, month) = (held.AmountMicros, Math.Max(held.AmountMicros, held.RoomMicros), Budget.MonthOf(db.Now));
        List<string> counted = [];
        foreach (var budget in InOrder(await db.BudgetsOf(held.ProjectId, held.KeyId).AsNoTracking().ToListAsync(ct)))
        {
            var taken = await db.Budgets.Where(b => b.Id == budget.Id && (b.Month < month ? 0 : b.SpentMicros) + b.HeldMicros + room <= b.CapMicros)
                .ExecuteUpdateAsync(set => set.SetProperty(b => b.HeldMicros, b => b.HeldMicros + amount), ct);
            if (taken is 1)
            {
                counted.Add(budget.Id);
            }
            else if (await db.Budgets.AsNoTracking().SingleOrDefaultAsync(b => b.Id == budget.Id, ct) is { } full)
            {
                throw new BudgetExceededException(full.Id, full.Kind, full.FiguresAt(db.Now), amount);
            }
        }

        held.CountedAt(counted);
    }

    /// <summary>What a job under way has used is held for it no longer.</summary>
    private static async Task DrawAsync(PortalDbContext db, CancellationToken ct)
    {
        var used = db.ChangeTracker.Entries<UsageEvent>().Where(e => e is { State: EntityState.Added, Entity.Source: not (UsageSource.Endpoint or UsageSource.Playground) })
            .GroupBy(e => e.Entity.SubjectId, e => e.Entity.AmountMicros, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(), StringComparer.Ordinal);
        if (used.Count > 0)
        {
            var subjects = used.Keys.ToList();
            foreach (var held in await db.Reservations.Where(r => subjects.Contains(r.SubjectId) && r.State == ReservationState.Held && r.BudgetIds != "").ToListAsync(ct))
            {
                held.DrawnTo(db.Entry(held).Property(r => r.DrawnMicros).OriginalValue + used[held.SubjectId]);
            }
        }
    }

    private Moves ReadMoves(PortalDbContext db)
    {
        var moves = new Moves([], new Dictionary<string, long>(freed, StringComparer.Ordinal));
        foreach (var entry in db.ChangeTracker.Entries<UsageEvent>().Where(e => e.State is EntityState.Added))
        {
            moves.Spend(entry.Entity);
        }

        foreach (var used in written)
        {
            moves.Spend(used);
        }

        foreach (var entry in db.ChangeTracker.Entries<Reservation>().Where(e => e.State is EntityState.Modified or EntityState.Deleted))
        {
            foreach (var budgetId in entry.Entity.BudgetIdList)
            {
                moves.Freed[budgetId] = moves.Freed.GetValueOrDefault(budgetId) + FreedBy(entry);
            }
        }

        return moves;
    }

    private static long FreedBy(EntityEntry<Reservation> entry)
    {
        var (state, drawn) = (entry.Property(r => r.State), entry.Property(r => r.DrawnMicros));
        return Left(state.OriginalValue, drawn.OriginalValue) - (entry.State is EntityState.Deleted ? 0 : Left(state.CurrentValue, drawn.CurrentValue));

        long Left(ReservationState state, long drawn) => state is ReservationState.Held ? Math.Max(0, entry.Entity.AmountMicros - drawn) : 0;
    }

    private static async Task MoveAsync(PortalDbContext db, Moves moves, CancellationToken ct)
    {
        var (scopes, ids) = (moves.Spent.Keys.Select(k => k.ScopeId).Distinct().ToList(), moves.Freed.Keys.ToList());
        if (scopes.Count + ids.Count is 0)
        {
            return;
        }

        foreach (var budget in InOrder(await db.Budgets.AsNoTracking().Where(b => scopes.Contains(b.ScopeId) || ids.Contains(b.Id)).ToListAsync(ct)))
        {
            var freed = moves.Freed.GetValueOrDefault(budget.Id);
            foreach (var (place, spent) in moves.Spent.Where(s => s.Key.ScopeId == budget.ScopeId).DefaultIfEmpty(new((budget.ScopeId, Budget.MonthOf(db.Now)), 0)))
            {
                await MoveAsync(db, budget.Id, place.Month, spent, freed, ct);
                freed = 0;
            }
        }
    }

    /// <summary>Usage of a later month than is counted begins that month; of an earlier one it is counted no more.</summary>
    private static Task<int> MoveAsync(PortalDbContext db, string id, int month, long spent, long freed, CancellationToken ct) =>
        db.Budgets.Where(b => b.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(b => b.SpentMicros, b => b.Month < month ? spent : b.Month == month ? b.SpentMicros + spent : b.SpentMicros)
            .SetProperty(b => b.HeldMicros, b => b.HeldMicros - freed)
            .SetProperty(b => b.Refused, b => b.Month < month ? 0 : b.Refused)
            .SetProperty(b => b.ToldPercent, b => b.Month < month ? 0 : b.ToldPercent)
            .SetProperty(b => b.Month, b => b.Month < month ? month : b.Month), ct);

    private static IEnumerable<Budget> InOrder(IEnumerable<Budget> budgets) => budgets.OrderBy(b => b.Kind).ThenBy(b => b.ScopeId, StringComparer.Ordinal);

    /// <param name="Spent">By whose it is and its month.</param>
    /// <param name="Freed">By the budget that held it.</param>
    private sealed record Moves(Dictionary<(string ScopeId, int Month), long> Spent, Dictionary<string, long> Freed)
    {
        public void Spend(UsageEvent used)
        {
            var month = Budget.MonthOf(used.At);
            Add(used.ProjectId);
            Add(Budget.OfOrganization);
            if (used.KeyId is { } keyId)
            {
                Add(keyId);
            }

            void Add(string scopeId) => Spent[(scopeId, month)] = Spent.GetValueOrDefault((scopeId, month)) + used.AmountMicros;
        }
    }
}
