using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Counts what a context saves at the budgets it comes under, in that transaction: a new reservation is held at each of them or refused, its
/// end gives back what is held, and usage is spent. A budget that is full stops what would begin; what has been used is counted whatever it says.
/// </summary>
internal sealed class BudgetMoves : IAlongSave
{
    public static readonly BudgetMoves Instance = new();

    /// <summary>@p1 is the month of now, @p2 what is held, @p3 what has to be left.</summary>
    private const string Hold = "\"HeldMicros\" = \"HeldMicros\" + @p2";
    private const string HasRoom = "\"Id\" = @p0 AND (CASE WHEN \"Month\" < @p1 THEN 0 ELSE \"SpentMicros\" END) + \"HeldMicros\" + @p3 <= \"CapMicros\"";

    /// <summary>Usage of a later month than is counted begins that month; of an earlier one it is counted no more. @p1 is its month, @p2 what it came to, @p3 what is free again.</summary>
    private const string Move = """
        "SpentMicros" = CASE WHEN "Month" < @p1 THEN @p2 WHEN "Month" = @p1 THEN "SpentMicros" + @p2 ELSE "SpentMicros" END,
        "HeldMicros" = "HeldMicros" - @p3,
        "Refused" = CASE WHEN "Month" < @p1 THEN 0 ELSE "Refused" END,
        "ToldPercent" = CASE WHEN "Month" < @p1 THEN 0 ELSE "ToldPercent" END,
        "Month" = CASE WHEN "Month" < @p1 THEN @p1 ELSE "Month" END
        """;

    /// <summary>Of what is written past the change tracker, in the caller's transaction.</summary>
    /// <param name="db">The caller's.</param>
    /// <param name="used">By calls.</param>
    /// <param name="freed">What calls that are over held, by the budget that held it.</param>
    /// <param name="ct">The caller's.</param>
    public static Task CountAsync(PortalDbContext db, IEnumerable<UsageEvent> used, Dictionary<string, long> freed, CancellationToken ct)
    {
        var moves = new Moves([], freed);
        foreach (var each in used)
        {
            moves.Spend(each);
        }

        return MoveAsync(db, moves, ct);
    }

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
        List<string> counted = [];
        foreach (var budget in await FindAsync(db, Budget.ScopesOf(held.ProjectId, held.KeyId), [], ct))
        {
            if (await db.UpdateRowsAsync<Budget>(Hold, HasRoom, ct, budget.Id, Budget.MonthOf(db.Now), held.AmountMicros, Math.Max(held.AmountMicros, held.RoomMicros)) is 1)
            {
                counted.Add(budget.Id);
            }
            else if (await db.Budgets.AsNoTracking().SingleOrDefaultAsync(b => b.Id == budget.Id, ct) is { } full)
            {
                throw new BudgetExceededException(full.Id, full.Kind, full.FiguresAt(db.Now), held.AmountMicros);
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

    private static Moves ReadMoves(PortalDbContext db)
    {
        var moves = new Moves([], new Dictionary<string, long>(StringComparer.Ordinal));
        foreach (var entry in db.ChangeTracker.Entries<UsageEvent>().Where(e => e.State is EntityState.Added))
        {
            moves.Spend(entry.Entity);
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
        if (moves.Spent.Count + moves.Freed.Count is 0)
        {
            return;
        }

        foreach (var budget in await FindAsync(db, [.. moves.Spent.Keys.Select(k => k.ScopeId).Distinct()], moves.Freed.Keys, ct))
        {
            var freed = moves.Freed.GetValueOrDefault(budget.Id);
            foreach (var (place, spent) in moves.Spent.Where(s => s.Key.ScopeId == budget.ScopeId).DefaultIfEmpty(new((budget.ScopeId, Budget.MonthOf(db.Now)), 0)))
            {
                await db.UpdateRowsAsync<Budget>(Move, "\"Id\" = @p0", ct, budget.Id, place.Month, spent, freed);
                freed = 0;
            }
        }
    }

    /// <summary>In the order in which all change them.</summary>
    private static async Task<IEnumerable<Place>> FindAsync(PortalDbContext db, IReadOnlyCollection<string> scopes, IReadOnlyCollection<string> ids, CancellationToken ct)
    {
        var where = scopes.Count is 0 ? "" : $"\"ScopeId\" IN ({TenantStatements.Names(0, scopes.Count)})";
        where += ids.Count is 0 ? "" : $"{(where is "" ? "" : " OR ")}\"Id\" IN ({TenantStatements.Names(scopes.Count, ids.Count)})";
        var found = await db.ReadRowsAsync<Budget, Place>("\"Id\", \"Kind\", \"ScopeId\"", where,
            row => new Place(row.GetString(0), Enum.Parse<BudgetKind>(row.GetString(1)), row.GetString(2)), ct, [.. scopes, .. ids]);
        return found.OrderBy(b => b.Kind).ThenBy(b => b.ScopeId, StringComparer.Ordinal);
    }

    private sealed record Place(string Id, BudgetKind Kind, string ScopeId);

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
