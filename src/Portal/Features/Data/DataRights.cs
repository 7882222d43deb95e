using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Who may change data. Code outside any organisation's gate, a worker or a seed, acts for itself.</summary>
internal static class DataRights
{
    public static bool MayChange(this CurrentMember current) =>
        !current.IsInside || current.Membership.Role is MemberRole.Owner or MemberRole.Admin or MemberRole.Editor;

    public static void RequireChange(this CurrentMember current)
    {
        if (!current.MayChange())
        {
            throw new PortalException("Your role lets you look at the data, not change it. Ask an owner, admin or editor.");
        }
    }
}
