using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.StaticAssets;

namespace Portal.Features.Tenancy;

/// <summary>
/// The cookie holds the session's key alone; who that is, is read anew with every request, so that what was revoked on one node
/// is dead on all. Each sign-in gets a new key and ends the session this browser had before.
/// </summary>
internal sealed class SessionCookie(SessionService sessions) : CookieAuthenticationEvents
{
    public const string StartParameter = "portal:session-start";

    private const string KeyClaim = "key";

    public override async Task SigningIn(CookieSigningInContext context)
    {
        var ct = context.HttpContext.RequestAborted;
        var start = context.Properties.GetParameter<SessionStart>(StartParameter)
            ?? throw new InvalidOperationException("A session begins with a verified sign-in and nothing else.");
        if ((await context.HttpContext.AuthenticateAsync(context.Scheme.Name)).Principal is { } previous && previous.SessionId() is { } replaced)
        {
            await sessions.EndAsync(previous.PortalUserId() ?? "", replaced, SessionEnd.Replaced, ct);
        }

        var key = await sessions.OpenAsync(start, ct);
        var (issued, expires) = (context.Properties.IssuedUtc, context.Properties.ExpiresUtc);
        context.Properties.Items.Clear();
        (context.Properties.IssuedUtc, context.Properties.ExpiresUtc) = (issued, expires);
        context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(KeyClaim, key)], context.Scheme.Name));
    }

    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        // A style sheet is the same for everybody: no need to ask who wants it.
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null
            || context.Principal?.FindFirst(KeyClaim)?.Value is not { Length: > 0 } key
            || await sessions.FindAsync(key, context.HttpContext.RequestAborted) is not { } session)
        {
            context.RejectPrincipal();
            return;
        }

        context.ReplacePrincipal(PrincipalOf(session, context.Scheme.Name));
    }

    public override async Task SigningOut(CookieSigningOutContext context)
    {
        if ((await context.HttpContext.AuthenticateAsync(context.Scheme.Name)).Principal is { } person && person.SessionId() is { } id)
        {
            await sessions.EndAsync(person.PortalUserId() ?? "", id, SessionEnd.SignedOut, context.HttpContext.RequestAborted);
        }
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        // A script wants the status, not a sign-in page it cannot show.
        if (context.Request.Headers["Sec-Fetch-Mode"] is [not null and not "navigate"] || context.Request.Path.Value?.Contains("/api/", StringComparison.Ordinal) is true)
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }

        return Task.CompletedTask;
    }

    // What one may not see does not exist, for a script and for a browser alike.
    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <summary>Only what the portal itself vouches for.</summary>
    private static ClaimsPrincipal PrincipalOf(ActiveSession session, string scheme)
    {
        var known = new ClaimsIdentity(scheme, "name", "role");
        known.AddClaim(new Claim(PortalClaims.UserId, session.UserId));
        known.AddClaim(new Claim(SessionClaims.SessionIdClaim, session.Id));
        known.AddClaim(new Claim("name", session.Name));
        known.AddClaim(new Claim("email", session.Email));
        if (session.ProviderTenantId is { } organization)
        {
            known.AddClaim(new Claim(SessionClaims.ProviderTenantClaim, organization));
        }

        if (session.IsPlatformAdmin)
        {
            known.AddClaim(new Claim(PortalClaims.PlatformAdmin, "true"));
        }

        return new ClaimsPrincipal(known);
    }
}

public static class SessionClaims
{
    public const string SessionIdClaim = "portal:session";

    public const string ProviderTenantClaim = "portal:provider-tenant";

    /// <summary>The organisation whose own provider vouched for this session; null is the platform's.</summary>
    public static string? ProviderTenantId(this ClaimsPrincipal user) => user.FindFirstValue(ProviderTenantClaim);

    public static string? SessionId(this ClaimsPrincipal user) => user.FindFirstValue(SessionIdClaim);
}
