using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

/// <summary>Who may do what here; asked by the services, so that no page can forget it.</summary>
public static class DeployRights
{
    public static bool MayDeploy(CurrentMember current) => current.May(Permission.Deploy);

    /// <summary>A call from the playground costs like any other.</summary>
    public static bool MayTry(CurrentMember current) => current.May(Permission.TryModel);

    public static bool MayOverride(CurrentMember current) => current.May(Permission.OverrideGate);

    public static void RequireDeployer(CurrentMember current) => current.Require(Permission.Deploy);
}
