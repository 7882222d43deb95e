using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

/// <summary>Who may do what here; asked by the services, so that no page can forget it.</summary>
public static class DeployRights
{
    public static bool MayDeploy(CurrentMember current) => current.Membership.Role is MemberRole.Owner or MemberRole.Admin or MemberRole.Editor;

    /// <summary>A call from the playground costs like any other.</summary>
    public static bool MayTry(CurrentMember current) => MayDeploy(current) || current.Membership.Role is MemberRole.Reviewer;

    public static bool MayOverride(CurrentMember current) => current.Membership.Role is MemberRole.Owner;

    public static void RequireDeployer(CurrentMember current)
    {
        if (!MayDeploy(current))
        {
            throw new PortalException("Your role lets you look at deployments, not change them. Ask an owner, admin or editor of your organization.");
        }
    }
}
