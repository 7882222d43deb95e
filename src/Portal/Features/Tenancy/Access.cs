namespace Portal.Features.Tenancy;

/// <summary>By what right somebody is in an organisation.</summary>
public enum AccessKind
{
    Member,
    Consultant,
    BreakGlass,

    /// <summary>A program with a key, which nobody watches.</summary>
    Key,
}

/// <summary>
/// What somebody may do in an organisation at this moment. A member's comes from the role; a consultant's from the
/// engagement; an admin's from a break-glass visit.
/// </summary>
/// <param name="Kind">By what right.</param>
/// <param name="Permissions">The verbs allowed.</param>
/// <param name="ProjectIds">The only projects that exist for this person; null is all of them.</param>
/// <param name="Via">Who is behind the visit, as the audit log names it: a consultancy, or the reason of an admin. Empty for members.</param>
/// <param name="ViaId">The engagement's or visit's id.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record Access(
    AccessKind Kind, IReadOnlySet<Permission> Permissions, IReadOnlyCollection<string>? ProjectIds = null, string Via = "", string ViaId = "", DateTime? Until = null)
{
    /// <summary>In whose place an admin looks; empty for everybody else.</summary>
    public string SubjectName { get; init; } = "";

    public static Access Of(MemberRole role) => new(AccessKind.Member, Tenancy.Permissions.Of(role));

    public bool May(Permission permission) => Permissions.Contains(permission);

    public bool IsSameAs(Access other) =>
        Kind == other.Kind && Via == other.Via && ViaId == other.ViaId && Until == other.Until && Permissions.SetEquals(other.Permissions)
        && (ProjectIds is null ? other.ProjectIds is null : other.ProjectIds is not null && ProjectIds.Order(StringComparer.Ordinal).SequenceEqual(other.ProjectIds.Order(StringComparer.Ordinal)));
}

/// <summary>Somebody inside lacks the right for what they asked. Named, unlike <see cref="NotFoundException"/>, because they may know that it exists.</summary>
public sealed class ForbiddenException(Permission permission) : PortalException(
    $"You may not {permission.Words()} here. Ask {Whom(permission)} of the organization.")
{
    public Permission Permission { get; } = permission;

    private static string Whom(Permission permission)
    {
        var roles = Permissions.RolesWith(permission).Where(r => r is MemberRole.Owner or MemberRole.Admin or MemberRole.Editor).Select(r => r switch
        {
            MemberRole.Owner => "an owner",
            MemberRole.Admin => "an admin",
            _ => "an editor",
        }).ToList();
        return roles.Count is 1 ? roles[0] : string.Join(", ", roles.SkipLast(1)) + " or " + roles[^1];
    }
}

/// <summary>The right to be in an organisation ended, or changed, while somebody was at work.</summary>
public sealed class AccessChangedException(bool ended) : PortalException(ended
    ? "Your access to this organization has ended. Nothing of what you just asked for was done."
    : "What you may do here was changed a moment ago, so this was not done. Load the page again to see what is open to you now.")
{
    public bool Ended { get; } = ended;
}
