using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>What a form grants, while it is being filled in.</summary>
public sealed class GrantDraft
{
    public HashSet<Permission> Permissions { get; } = [Permission.ViewProjects];

    public bool AllProjects { get; set; } = true;

    public HashSet<string> ProjectIds { get; } = [];

    public DateTime? FirstDay { get; set; }

    public DateTime? LastDay { get; set; }

    public static GrantDraft New(DateTime now) => new() { FirstDay = now.Date, LastDay = now.Date.AddDays(90) };

    public static GrantDraft Of(Engagement engagement, DateTime now)
    {
        var draft = new GrantDraft
        {
            AllProjects = engagement.ProjectIds is null,
            FirstDay = engagement.ApprovedAt is null && engagement.StartsAt < now ? now.Date : engagement.StartsAt.Date,
            LastDay = engagement.EndsAt.AddTicks(-1).Date,
        };
        draft.Permissions.UnionWith(engagement.Permissions);
        draft.ProjectIds.UnionWith(engagement.ProjectIds ?? []);
        return draft;
    }

    public EngagementGrant ToGrant() => FirstDay is { } first && LastDay is { } last
        ? new EngagementGrant([.. Permissions], AllProjects ? null : [.. ProjectIds], AsUtc(first), AsUtc(last).AddDays(1))
        : throw new PortalException("Choose the first and the last day.");

    public void Set(Permission permission, bool allowed)
    {
        if (allowed)
        {
            Permissions.Add(permission);
        }
        else
        {
            Permissions.Remove(permission);
        }
    }

    public void Set(string projectId, bool covered)
    {
        if (covered)
        {
            ProjectIds.Add(projectId);
        }
        else
        {
            ProjectIds.Remove(projectId);
        }
    }

    private static DateTime AsUtc(DateTime day) => DateTime.SpecifyKind(day.Date, DateTimeKind.Utc);
}
