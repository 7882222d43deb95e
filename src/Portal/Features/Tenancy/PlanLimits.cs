using System.Globalization;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What an organisation has more or fewer of by its plan.</summary>
public enum Limit
{
    Members,
    Projects,
    Deployments,
}

/// <summary>How much of something there is, and how much there may be; without a most it is not limited.</summary>
public sealed record LimitUse(Limit Limit, long Used, long? Most)
{
    public bool IsFull => Used >= Most;

    /// <summary>Worth showing where one more is added: half of the room is taken.</summary>
    public bool IsNear => Used * 2 >= Most;

    public override string ToString() => Most is { } most ? string.Create(CultureInfo.InvariantCulture, $"{Used:N0} of {most:N0} {Limit.Words(most)}") : string.Create(CultureInfo.InvariantCulture, $"{Used:N0} {Limit.Words(Used)}");
}

/// <summary>Asked by a service before an organisation gets one more of something: throws where its plan has no room. Billing answers.</summary>
public interface IPlanLimits
{
    Task RequireRoomAsync(PortalDbContext db, Limit limit, CancellationToken ct);

    /// <summary>For the place where the limit bites.</summary>
    Task<LimitUse> UseAsync(Limit limit, CancellationToken ct);

    /// <summary>For whoever is told in other words than an exception's, in the caller's transaction.</summary>
    Task<LimitUse> UseAsync(PortalDbContext db, Limit limit, CancellationToken ct);
}

/// <summary>How many of something there are now. Each slice counts its own, since Billing knows none of it.</summary>
public interface ILimitCount
{
    Limit Limit { get; }

    Task<long> CountAsync(PortalDbContext db, CancellationToken ct);
}

public static class PlanLimits
{
    public static async Task RequireRoomAsync(this IEnumerable<IPlanLimits> limits, PortalDbContext db, Limit limit, CancellationToken ct)
    {
        foreach (var one in limits)
        {
            await one.RequireRoomAsync(db, limit, ct);
        }
    }

    /// <summary>What is shown where one more is added, once that is near; null where there is nothing to say.</summary>
    public static async Task<LimitUse?> NearAsync(this IEnumerable<IPlanLimits> limits, Limit limit, CurrentMember current, CancellationToken ct) =>
        current.May(Permission.ViewProjects) && limits.FirstOrDefault() is { } one && await one.UseAsync(limit, ct) is { IsNear: true } use ? use : null;

    /// <summary>The thing as a number of it is written.</summary>
    public static string Words(this Limit limit, long count) => limit switch
    {
        Limit.Members => count is 1 ? "member" : "members",
        Limit.Projects => count is 1 ? "project" : "projects",
        _ => count is 1 ? "deployment" : "deployments",
    };
}
