using System.Security.Claims;

namespace Portal.Features.Tenancy;

/// <summary>What is left of a refusal that must not say what it refused.</summary>
internal static class Refusals
{
    /// <summary>
    /// For whoever runs the platform. No organisation's log has it: the one who asked cannot be told whether the thing is somebody
    /// else's or nobody's, and the portal has not looked.
    /// </summary>
    public static void NotThere(this ILogger logger, ClaimsPrincipal person, string where) =>
        logger.LogInformation("{UserId} was told that {Where} is not there", person.PortalUserId() ?? "Nobody", where);
}
