using System.Security.Claims;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Who acts in this circuit or request, and in which organisation. Filled once, at the gate.</summary>
public sealed class CurrentMember(TenantScope scope)
{
    private Membership? _membership;

    public string UserId { get; private set; } = "";

    public string UserName { get; private set; } = "";

    public string Email { get; private set; } = "";

    /// <summary>Where the browser of this circuit is; known before anybody has entered anything.</summary>
    public string Address { get; private set; } = "";

    public Membership Membership => _membership ?? throw new InvalidOperationException("Nobody has passed the gate of an organisation yet.");

    public bool IsInside => _membership is not null;

    /// <summary>Here for a consultancy, with what was granted and nothing of the organisation itself.</summary>
    public bool IsVisiting => _membership is { Access.Kind: AccessKind.Consultant };

    /// <summary>An admin of the platform who looks in the place of somebody here, and changes nothing.</summary>
    public bool IsBreakGlass => _membership is { Access.Kind: AccessKind.BreakGlass };

    public string Slug => Membership.Slug;

    public void Enter(Membership membership, ClaimsPrincipal user, string address = "")
    {
        scope.Enter(membership.TenantId);
        UserId = user.PortalUserId() ?? "";
        UserName = user.FindFirstValue("name") ?? "";
        Email = user.FindFirstValue("email") ?? "";
        Become(membership, address);
    }

    /// <summary>A program acts: its key stands where a person's id and name do.</summary>
    public void EnterByKey(KeyHolder holder, string address)
    {
        (UserId, UserName) = (holder.KeyId, $"API key {holder.Name} ({holder.Prefix}…)");
        Become(holder.Organization, address);
    }

    public void ComesFrom(string address) => Address = address;

    /// <summary>Code outside any organisation's gate, a worker or a seed, acts for itself.</summary>
    public bool May(Permission permission) => _membership is null || _membership.Access.May(permission);

    public void Require(Permission permission)
    {
        if (!May(permission))
        {
            throw new ForbiddenException(permission);
        }
    }

    /// <summary>Takes over what the person may do now, which was changed since they came in.</summary>
    public void Become(Membership membership, string address)
    {
        _membership = membership;
        scope.RestrictTo(membership.Access.ProjectIds);
        scope.OnlyRead(membership.Access.Kind is AccessKind.BreakGlass);
        scope.ActAs(new Actor(UserId, UserName, membership.Access.Via, membership.Access.ViaId, address));
    }
}

public static class PortalClaims
{
    public const string UserId = "portal:user";

    public const string PlatformAdmin = "portal:platform-admin";

    public static string? PortalUserId(this ClaimsPrincipal user) => user.FindFirstValue(UserId);
}
