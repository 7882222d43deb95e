using Portal.Features.Tenancy;

namespace Portal.Features.Billing;

/// <summary>What an organisation may have. A plan is never sold twice under one id: what changes for those who have it gets another.</summary>
/// <param name="Id">As it stands in the database and at Stripe.</param>
/// <param name="Name">On the screen.</param>
/// <param name="MonthlyCents">The flat price of a month; usage is charged beside it.</param>
/// <param name="Support">How quickly somebody answers.</param>
/// <param name="Models">Which tiers of the catalogue it opens.</param>
/// <param name="StorageMicros">What keeping a gigabyte for a month of thirty days costs, in millionths of a dollar.</param>
/// <param name="WatchCents">Usage of a watched account that reaches this is invoiced at once; more than the flat price, as Stripe has it.</param>
/// <param name="Limits">How much of each there may be; what is not named is not limited.</param>
public sealed record Plan(string Id, string Name, long MonthlyCents, string Support, string Models, long StorageMicros, long WatchCents, IReadOnlyDictionary<Limit, long> Limits)
{
    /// <summary>Of a million megabyte-days, as the ledger has prices: a thousand gigabytes for a thirtieth of a month.</summary>
    public long StoragePricePerMillion => StorageMicros * 1_000 / 30;

    public long? LimitOf(Limit limit) => Limits.TryGetValue(limit, out var most) ? most : null;
}

/// <summary>The one table of entitlements. Services ask it before they add anything; pages show what it says.</summary>
public static class Plans
{
    /// <summary>Where nothing is charged: in practice mode, and where no Stripe is configured.</summary>
    public static readonly Plan Practice = new("practice", "Practice", 0, "Documentation", "Every model of the catalogue", 90_000, 10_000, new Dictionary<Limit, long>
    {
        [Limit.Members] = 100, [Limit.Projects] = 200, [Limit.Deployments] = 200,
    });

    /// <summary>Before a subscription, and after one: what is there stays and can be read and exported.</summary>
    public static readonly Plan Free = new("free", "Free", 0, "Documentation", "Every model of the catalogue", 90_000, 10_000, new Dictionary<Limit, long>
    {
        [Limit.Members] = 2, [Limit.Projects] = 1, [Limit.Deployments] = 1,
    });

    public static readonly Plan Team = new("team", "Team", 4_900, "By mail, one working day", "Every model of the catalogue", 90_000, 10_000, new Dictionary<Limit, long>
    {
        [Limit.Members] = 10, [Limit.Projects] = 10, [Limit.Deployments] = 10,
    });

    public static readonly Plan Business = new("business", "Business", 29_900, "By mail, four working hours", "Every model of the catalogue", 60_000, 60_000, new Dictionary<Limit, long>
    {
        [Limit.Members] = 100, [Limit.Projects] = 100, [Limit.Deployments] = 100,
    });

    /// <summary>Sold, cheapest first.</summary>
    public static readonly IReadOnlyList<Plan> Offered = [Team, Business];

    /// <summary>An id that nobody sells any more counts as nothing bought.</summary>
    public static Plan Find(string id) => new[] { Practice, Team, Business }.FirstOrDefault(p => p.Id == id) ?? Free;
}
