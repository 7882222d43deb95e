using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>A metered quantity at the price of its moment. The key makes recording it twice impossible.</summary>
public sealed record UsageFact(
    string ProjectId, Meter Meter, UsageSource Source, long Quantity, long PricePerMillion, string SubjectId, string IdempotencyKey)
{
    /// <summary>Reckoned where the vendor told nothing, and marked so on the bill's own rows.</summary>
    public bool IsEstimated { get; init; }

    public string? KeyId { get; init; }

    /// <summary>Who began what it bills: a person, or a program by the id of its key; empty where nobody did.</summary>
    public string ByUserId { get; init; } = "";
}

/// <summary>Of a call, beside what any reservation has: the key it came by, and when it is over at the latest.</summary>
public sealed record CallTerms(string? KeyId, DateTime ExpiresAt)
{
    /// <summary>What a budget has to have left, where that is more than what is held.</summary>
    public long RoomMicros { get; init; }
}

/// <summary>What is held for one call, as a part of the reservation that was made for those who came together, and the budgets that hold it.</summary>
public sealed record CallHold(string SubjectId, long Micros, string BudgetIds);

/// <summary>What one activity of one project used of one meter, at one price.</summary>
public sealed record UsageLine(string ProjectId, UsageSource Source, Meter Meter, long PricePerMillion, long Quantity, long AmountMicros, string Currency);

public sealed class BillingService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    /// <summary>What whoever begins something that costs is told while nothing is paid.</summary>
    internal const string UnpaidWords =
        "This organization's payments have failed, so nothing that costs is begun. Everything that is here stays, and can be read and exported. "
        + "Whoever manages billing pays the open invoice under Billing, Plan and invoices; then all goes on at once.";

    private const string Held = nameof(ReservationState.Held);
    private const string IsHeld = "\"SubjectId\" = @p0 AND \"State\" = @p1";

    /// <summary>Sums over work are billing; what one run or job cost is a figure of its project, seen by whoever sees that.</summary>
    public bool MayView => current.May(Permission.ViewBilling);

    /// <summary>Adds the fact to the caller's context, so that it is saved with what it bills or not at all.</summary>
    public void Record(PortalDbContext db, UsageFact fact)
    {
        if (EventOf(fact) is { } used)
        {
            db.Along = BudgetMoves.Instance;
            db.UsageEvents.Add(used);
        }
    }

    /// <summary>
    /// Many calls at once, in the caller's transaction: what they used, and the end of what was held for them. Of a call that cost, a settled
    /// reservation would be one more row that says the same. Both are counted at the budgets here, so it is called last: budgets are what all wait for.
    /// </summary>
    public async Task RecordCallsAsync(PortalDbContext db, IEnumerable<UsageFact> facts, IEnumerable<CallHold> over, CancellationToken ct)
    {
        var used = facts.Select(EventOf).OfType<UsageEvent>().ToList();
        await db.InsertNewAsync(used, ct);
        await BudgetMoves.CountAsync(db, used, await EndCallsAsync(db, over, ct), ct);
    }

    private UsageEvent? EventOf(UsageFact fact)
    {
        if (fact.Quantity < 0 || fact.PricePerMillion < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(fact), "Usage and prices are not negative.");
        }

        var begunByKey = KeyOf(fact.ByUserId);
        return fact.Quantity is 0 ? null : new UsageEvent
        {
            ProjectId = fact.ProjectId,
            Meter = fact.Meter,
            Source = fact.Source,
            Quantity = fact.Quantity,
            PricePerMillion = fact.PricePerMillion,
            AmountMicros = Quote.Price(fact.Quantity, fact.PricePerMillion),
            SubjectId = fact.SubjectId,
            IsEstimated = fact.IsEstimated,
            KeyId = fact.KeyId ?? begunByKey,
            // What a key began is a program's: nobody signed in for it.
            ByUserId = begunByKey is null ? fact.ByUserId : "",
            IdempotencyKey = fact.IdempotencyKey,
            At = time.GetUtcNow().UtcDateTime,
        };
    }

    /// <summary>
    /// Holds the quote's worst for a subject, in the caller's transaction. A subject holds once, and only while payment is in order; of calls that
    /// is asked before. The save throws a <see cref="BudgetExceededException"/> where a budget does not allow for it.
    /// </summary>
    /// <param name="byUserId">Who begins it: where that is a key, its own budget has to allow for it too.</param>
    /// <returns>What is saved next; only then it says which budgets hold it.</returns>
    public Reservation Reserve(PortalDbContext db, string projectId, string subjectId, Quote quote, CallTerms? call = null, string byUserId = "")
    {
        if (call is null && db.UnpaidAccounts.Any())
        {
            throw new PortalException(UnpaidWords);
        }

        db.Along = BudgetMoves.Instance;
        var held = new Reservation
        {
            ProjectId = projectId,
            SubjectId = subjectId,
            AmountMicros = quote.WorstMicros,
            Currency = quote.Currency,
            HeldAt = time.GetUtcNow().UtcDateTime,
            KeyId = call?.KeyId ?? KeyOf(byUserId),
            ExpiresAt = call?.ExpiresAt,
            RoomMicros = call?.RoomMicros ?? 0,
        };
        db.Reservations.Add(held);
        return held;
    }

    /// <summary>Ends the hold: settled where the actual was recorded beside this call, released where nothing was spent.</summary>
    public async Task EndReservationAsync(PortalDbContext db, string subjectId, ReservationState state, CancellationToken ct)
    {
        var held = await db.Reservations.SingleOrDefaultAsync(r => r.SubjectId == subjectId, ct);
        held?.End(state, time.GetUtcNow().UtcDateTime);
        db.Along = BudgetMoves.Instance;
    }

    /// <summary>
    /// A reservation is gone with the last of its calls. One that was given up before is gone already. By statements, since its calls end one after
    /// the other and its rest may be given back meanwhile.
    /// </summary>
    /// <returns>What is free again, by the budget that held it.</returns>
    private static async Task<Dictionary<string, long>> EndCallsAsync(PortalDbContext db, IEnumerable<CallHold> over, CancellationToken ct)
    {
        var freed = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var ended in over.GroupBy(h => (h.SubjectId, h.BudgetIds)).OrderBy(g => g.Key.SubjectId, StringComparer.Ordinal))
        {
            var micros = ended.Sum(h => h.Micros);
            if (await IsEndedAsync(db, ended.Key.SubjectId, micros, ct))
            {
                foreach (var budgetId in Reservation.ListOf(ended.Key.BudgetIds))
                {
                    freed[budgetId] = freed.GetValueOrDefault(budgetId) + micros;
                }
            }
        }

        return freed;
    }

    private static async Task<bool> IsEndedAsync(PortalDbContext db, string subjectId, long micros, CancellationToken ct) =>
        await db.UpdateRowsAsync<Reservation>("\"DrawnMicros\" = \"DrawnMicros\" + @p2, \"Version\" = \"Version\" + 1", $"{IsHeld} AND \"DrawnMicros\" + @p2 < \"AmountMicros\"", ct, subjectId, Held, micros) is 1
        || await db.DeleteRowsAsync<Reservation>($"{IsHeld} AND \"DrawnMicros\" + @p2 >= \"AmountMicros\"", ct, subjectId, Held, micros) is 1;

    private static string? KeyOf(string userId) => userId.StartsWith("key_", StringComparison.Ordinal) ? userId : null;

    /// <summary>Charged since the month began.</summary>
    public async Task<long> ChargedThisMonthAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var from = Budget.MonthStart(db.Now);
        return await (await LedgerStretch.OpenAsync(db, from, from.AddMonths(1), ct)).AmountAsync(ct);
    }

    /// <summary>Held for work under way, less what of it is on record already.</summary>
    internal static Task<long> ReservedAsync(PortalDbContext db, CancellationToken ct) => db.Reservations.AsNoTracking()
        .Where(r => r.State == ReservationState.Held).SumAsync(r => r.DrawnMicros < r.AmountMicros ? r.AmountMicros - r.DrawnMicros : 0, ct);

    /// <summary>Charged for one subject so far: a job, a run, a deployment.</summary>
    public async Task<long> ChargedForAsync(string subjectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        // A figure of the subject: what an imported one was charged elsewhere is part of it.
        return await db.UsageEvents.AsNoTracking().Where(u => u.SubjectId == subjectId).SumAsync(u => u.AmountMicros, ct)
            + await db.ImportedUsages.AsNoTracking().Where(u => u.SubjectId == subjectId).SumAsync(u => u.AmountMicros, ct);
    }

    public async Task<long> ChargedForProjectAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ViewBilling);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.UsageEvents.AsNoTracking().Where(u => u.ProjectId == projectId).SumAsync(u => u.AmountMicros, ct);
    }
}
