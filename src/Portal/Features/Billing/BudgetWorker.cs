using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>
/// Looks after an organisation's budgets: gives back what is held for calls that died with their node, counts anew what was set in the middle of
/// calls, and mails once a month each mark that is passed.
/// </summary>
public sealed class BudgetWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, IUsageSubjects subjects, OwnerMail mail, TimeProvider time, ILogger<BudgetWorker> logger)
{
    private const int AtOnce = 100;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await ReleaseAsync(ct);
        await CountAgainAsync(ct);
        await TellAsync(ct);
    }

    internal static IQueryable<Reservation> Overdue(PortalDbContext db, DateTime now) => db.Reservations.Where(r => r.ExpiresAt < now && r.State == ReservationState.Held);

    internal static IQueryable<Budget> Uncounted(PortalDbContext db, DateTime now) => db.Budgets.Where(b => b.CountAgainAt < now);

    internal static IQueryable<Budget> Untold(PortalDbContext db, DateTime now)
    {
        var month = Budget.MonthOf(now);
        return db.Budgets.Where(b => b.CapMicros > 0 && b.Month == month && ((b.ToldPercent < 50 && b.SpentMicros * 2 >= b.CapMicros)
            || (b.ToldPercent < 80 && b.SpentMicros * 5 >= b.CapMicros * 4) || (b.ToldPercent < 100 && (b.SpentMicros >= b.CapMicros || b.Refused > 0))));
    }

    /// <summary>Nothing is on record of them, so nothing is charged. One that comes to its end after all at this moment ends its hold itself.</summary>
    private async Task ReleaseAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var overdue = await Overdue(db, Now).OrderBy(r => r.ExpiresAt).Take(AtOnce).ToListAsync(ct);
        if (overdue.Count is 0)
        {
            return;
        }

        db.Along = BudgetMoves.Instance;
        db.Reservations.RemoveRange(overdue);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException late)
        {
            logger.LogInformation(late, "A call of {TenantId} came to its end after all; the others are looked at again", scope.TenantId);
            return;
        }

        logger.LogWarning("{Count} calls of {TenantId} never ended, so the {Micros} micro-units held for them are free again", overdue.Count, scope.TenantId, overdue.Sum(r => r.AmountMicros));
    }

    private async Task CountAgainAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        foreach (var budget in await Uncounted(db, Now).AsNoTracking().ToListAsync(ct))
        {
            var month = Budget.MonthOf(Now);
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            // Whoever records meanwhile waits for this row, and adds to what is counted here.
            await db.Budgets.Where(b => b.Id == budget.Id).ExecuteUpdateAsync(set => set.SetProperty(b => b.CountAgainAt, (DateTime?)null), ct);
            var spent = await BudgetService.SpentAsync(db, budget.Kind, budget.ScopeId, ct);
            await db.Budgets.Where(b => b.Id == budget.Id && b.Month == month).ExecuteUpdateAsync(set => set.SetProperty(b => b.SpentMicros, spent), ct);
            await transaction.CommitAsync(ct);
        }
    }

    /// <summary>Two workers at once write one mail: the later save meets the version.</summary>
    private async Task TellAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        List<OutgoingMail> letters = [];
        foreach (var budget in await Untold(db, Now).ToListAsync(ct))
        {
            if (budget.MarkOf(Now) is var mark && mark > budget.ToldPercent)
            {
                budget.Told(mark);
                letters.AddRange(await WriteAsync(db, budget, mark, ct));
            }
        }

        try
        {
            await db.SaveChangesAsync(ct);
            mail.Wake(scope.TenantId, letters);
        }
        catch (DbUpdateConcurrencyException lost)
        {
            logger.LogInformation(lost, "The marks of budgets of {TenantId} were mailed by another worker, or a budget was changed", scope.TenantId);
        }
    }

    private async Task<IReadOnlyList<OutgoingMail>> WriteAsync(PortalDbContext db, Budget budget, int mark, CancellationToken ct)
    {
        var (tenantId, figures) = (scope.TenantId, budget.FiguresAt(Now));
        var organization = await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Name).SingleAsync(ct);
        var of = budget.Kind switch
        {
            BudgetKind.ApiKey => $"the API key {await db.ApiKeys.Where(k => k.Id == budget.ScopeId).Select(k => k.Name).SingleOrDefaultAsync(ct)} of {organization}",
            BudgetKind.Project => $"the project {(await subjects.ProjectNamesAsync(ct)).GetValueOrDefault(budget.ScopeId)} of {organization}",
            _ => organization,
        };
        var subject = mark is 100 ? $"The monthly budget of {of} is used up" : $"{mark} % of the monthly budget of {of} is spent";
        var consequence = mark is 100
            ? $"What the rest does not allow for is refused until {figures.RenewsAt:yyyy-MM-dd}, 00:00 UTC, or until the budget is raised. Calls refused so far: {Show.Count(figures.Refused)}."
            : $"Once it is used up, calls and new work are refused until {figures.RenewsAt:yyyy-MM-dd}, 00:00 UTC.";
        return await mail.AddAsync(db, Permission.ManageBilling, subject, $"""
            {Show.Money(figures.SpentMicros, figures.Currency)} of {Show.Money(figures.CapMicros, figures.Currency)} is spent this month, and {Show.Money(figures.HeldMicros, figures.Currency)} is held for work under way.

            {consequence}

            Budgets are set in the portal under Billing by whoever manages billing. This mail is sent once a month for each mark.
            """, ct);
    }
}

/// <summary>Organisations that have a budget to look after.</summary>
public sealed class BudgetSweep(IBackgroundJobClient work) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var due = await BudgetWorker.Overdue(db, now).Select(r => r.TenantId).Union(BudgetWorker.Uncounted(db, now).Select(b => b.TenantId))
            .Union(BudgetWorker.Untold(db, now).Select(b => b.TenantId)).Order().Take(200).ToListAsync(ct);
        due.ForEach(tenantId => work.Enqueue<BudgetWorker>(w => w.RunAsync(tenantId, CancellationToken.None)));
        return due.Count;
    }
}
