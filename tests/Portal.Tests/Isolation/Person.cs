using System.Security.Claims;
using Portal.Features.Tenancy;

namespace Portal.Tests.Isolation;

/// <summary>Where somebody stands who knocks at the first customer's door.</summary>
internal enum Standing
{
    /// <summary>A member, with the rights of a role.</summary>
    Member,

    /// <summary>From a consultancy, with what was granted, on one project.</summary>
    Consultant,

    /// <summary>An admin of the platform who looks in, in a member's place, and may change nothing.</summary>
    LookingIn,

    /// <summary>Came in with a grant that ran out while the page was open.</summary>
    RunOut,

    /// <summary>Nobody whom the gate lets in.</summary>
    Barred,

    /// <summary>Belongs to the world and does nothing: things are done to them.</summary>
    Bystander,
}

/// <summary>An actor of the matrix, with the session by which a browser proves who it is; anonymous has none.</summary>
internal sealed record Person(string Name, Standing Standing, string UserId, string SessionId, string Cookie)
{
    public bool IsAdmin { get; init; }

    public ClaimsPrincipal Principal => UserId is "" ? new ClaimsPrincipal(new ClaimsIdentity()) : new ClaimsPrincipal(new ClaimsIdentity(
        [
            new Claim(PortalClaims.UserId, UserId), new Claim(SessionClaims.SessionIdClaim, SessionId), new Claim("name", Name), new Claim("email", $"{Name}@people.example"),
            .. IsAdmin ? [new Claim(PortalClaims.PlatformAdmin, "true")] : Array.Empty<Claim>(),
        ], "test", "name", "role"));

    public override string ToString() => Name;
}
