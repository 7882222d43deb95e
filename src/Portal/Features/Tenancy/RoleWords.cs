namespace Portal.Features.Tenancy;

/// <summary>A role in one line, where somebody chooses one.</summary>
internal static class RoleWords
{
    public static string Of(MemberRole role) => role switch
    {
        MemberRole.Owner => "Everything, owners and consultancies included",
        MemberRole.Admin => "Members, connection, billing and all work",
        MemberRole.Editor => "Builds: tasks, data, tuning, deploying",
        MemberRole.Reviewer => "Judges the rows of its queue, tries models",
        MemberRole.Viewer => "Looks, and changes nothing",
        MemberRole.Billing => "Costs, plan and payment",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
