using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>The plan says that there may be no more of something.</summary>
public sealed class PlanLimitException(string message) : PortalException(message);

/// <summary>What an organisation may have by its plan. The number that is enforced is the number that is shown.</summary>
public sealed class EntitlementService(
    IDbContextFactory<PortalDbContext> dbs, StripeGateway gateway, IServiceProvider services, IEnumerable<ILimitCount> counts, CurrentMember current) : IPlanLimits
{
    /// <summary>By what is paid for; else the practice plan where nothing is charged, or the free one.</summary>
    public async Task<Plan> PlanAsync(PortalDbContext db, CancellationToken ct)
    {
        var account = await db.BillingAccounts.AsNoTracking().SingleOrDefaultAsync(ct);
        // Practice is asked late: who names the ledger's ids stands to the right of what asks for room.
        return account?.Bought() ?? (!gateway.IsConfigured || services.GetRequiredService<IUsageSubjects>().IsPractice ? Plans.Practice : Plans.Free);
    }

    public async Task RequireRoomAsync(PortalDbContext db, Limit limit, CancellationToken ct)
    {
        var plan = await PlanAsync(db, ct);
        if (plan.LimitOf(limit) is not { } most || await UsedAsync(db, limit, ct) is var used && used < most)
        {
            return;
        }

        throw new PlanLimitException(
            $"This organization has {used} of {most} {limit.Words(most)} of the plan {plan.Name}. Nothing was added, and nothing is taken away. "
            + (current.May(Permission.ManageBilling) ? "Choose a larger plan under Billing, or remove one that is not needed." : "Ask an owner for a larger plan, or remove one that is not needed."));
    }

    public async Task<LimitUse> UseAsync(Limit limit, CancellationToken ct)
    {
        current.Require(Permission.ViewProjects);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await UseAsync(db, limit, ct);
    }

    public async Task<LimitUse> UseAsync(PortalDbContext db, Limit limit, CancellationToken ct) => new(limit, await UsedAsync(db, limit, ct), (await PlanAsync(db, ct)).LimitOf(limit));

    internal async Task<IReadOnlyList<LimitUse>> UsesAsync(PortalDbContext db, Plan plan, CancellationToken ct)
    {
        var uses = new List<LimitUse>();
        foreach (var limit in Enum.GetValues<Limit>())
        {
            uses.Add(new LimitUse(limit, await UsedAsync(db, limit, ct), plan.LimitOf(limit)));
        }

        return uses;
    }

    private async Task<long> UsedAsync(PortalDbContext db, Limit limit, CancellationToken ct)
    {
        var used = 0L;
        foreach (var count in counts.Where(c => c.Limit == limit))
        {
            used += await count.CountAsync(db, ct);
        }

        return used;
    }
}
