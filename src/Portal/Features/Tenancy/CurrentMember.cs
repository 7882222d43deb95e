using System.Security.Claims;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Who acts in this circuit or request, and in which organisation. Filled once, at the gate.</summary>
public sealed class CurrentMember(TenantScope scope)
{
    private Membership? _membership;

    public string UserId { get; private set; } = "";

    public string UserName { get; private set; } = "";

    public Membership Membership => _membership ?? throw new InvalidOperationException("Nobody has passed the gate of an organisation yet.");

    public bool IsInside => _membership is not null;

    public string Slug => Membership.Slug;

    public void Enter(Membership membership, ClaimsPrincipal user)
    {
        scope.Enter(membership.TenantId);
        _membership = membership;
        UserId = user.PortalUserId() ?? "";
        UserName = user.FindFirstValue("name") ?? "";
    }
}

public static class PortalClaims
{
    public const string UserId = "portal:user";

    public const string PlatformAdmin = "portal:platform-admin";

    public static string? PortalUserId(this ClaimsPrincipal user) => user.FindFirstValue(UserId);
}
