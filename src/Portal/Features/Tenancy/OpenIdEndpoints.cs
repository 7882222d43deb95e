using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Portal.Hosting;

namespace Portal.Features.Tenancy;

/// <summary>The addresses of signing in and out. Each ends in a page that says what happened, also where the provider is away.</summary>
internal static class OpenIdEndpoints
{
    private const long LogoutTokenBytes = 65_536;

    public static void MapOpenId(this WebApplication app)
    {
        app.MapGet(PortalUrls.SignInStart, (Delegate)StartAsync).AllowAnonymous();
        app.MapPost(PortalUrls.SignOut, (Delegate)SignOutAsync).RequireAntiforgeryToken();
        app.MapPost(PortalUrls.BackChannelSignOut, (Delegate)BackChannelAsync).AllowAnonymous().DisableAntiforgery();
    }

    /// <summary>Asks a provider; where it cannot be asked, the reader learns why.</summary>
    public static async Task TryAsync(HttpContext http, Func<Task> ask)
    {
        try
        {
            await ask();
        }
        catch (Exception fault) when (!http.Response.HasStarted && SignInFault.Of(fault) is not null)
        {
            var problem = SignInFault.Of(fault) ?? SignInProblem.Unknown;
            http.RequestServices.GetRequiredService<ILogger<OpenIdEvents>>().LogWarning(fault, "The provider could not be asked: {Problem}, reference {Reference}", problem, http.TraceIdentifier);
            http.Response.Redirect(PortalUrls.SignInProblem(problem.ToString(), http.TraceIdentifier));
        }
    }

    private static async Task StartAsync(HttpContext http, string? returnUrl)
    {
        var properties = new AuthenticationProperties { RedirectUri = PortalUrls.LocalOr(returnUrl, "/") };
        await TryAsync(http, () => http.ChallengeAsync(OpenIdConnectDefaults.AuthenticationScheme, properties));
    }

    private static async Task SignOutAsync(HttpContext http, SessionService sessions, ProviderDirectory providers, ProviderSignIn signIn)
    {
        var sessionId = http.User.SessionId();
        var (hint, providerId) = sessionId is null ? ("", null) : await sessions.FarewellAsync(sessionId, http.RequestAborted);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        http.Response.Headers["Clear-Site-Data"] = "\"cache\"";
        if (sessionId is null)
        {
            http.Response.Redirect(PortalUrls.SignIn);
            return;
        }

        var properties = new AuthenticationProperties { RedirectUri = PortalUrls.SignedOut };
        properties.SetParameter(OpenIdEvents.IdTokenHint, hint);
        try
        {
            if (providerId is null)
            {
                await http.SignOutAsync(OpenIdConnectDefaults.AuthenticationScheme, properties);
            }
            else if (await providers.FindAsync(providerId, http.RequestAborted) is { } live)
            {
                await (await signIn.HandlerAsync(http, live)).SignOutAsync(properties);
            }
            else
            {
                http.Response.Redirect(PortalUrls.SignedOutHereOnly);
            }
        }
        catch (Exception fault) when (SignInFault.Of(fault) is not null)
        {
            // The session here is over; only the provider does not know yet.
            http.RequestServices.GetRequiredService<ILogger<OpenIdEvents>>().LogWarning(fault, "The provider could not be told of a sign-out");
            http.Response.Redirect(PortalUrls.SignedOutHereOnly);
        }
    }

    private static Task<IResult> BackChannelAsync(HttpContext http, IOptionsMonitor<OpenIdConnectOptions> options, BackChannelLogout logout) =>
        EndByTokenAsync(http, options.Get(OpenIdConnectDefaults.AuthenticationScheme), providerId: null, logout);

    public static async Task<IResult> EndByTokenAsync(HttpContext http, OpenIdConnectOptions options, string? providerId, BackChannelLogout logout)
    {
        http.Response.Headers.CacheControl = "no-store";
        if (!http.Request.HasFormContentType || http.Request.ContentLength is null or > LogoutTokenBytes)
        {
            return Refused("A form with logout_token is expected.");
        }

        var token = (await http.Request.ReadFormAsync(http.RequestAborted))["logout_token"].ToString();
        var problem = await logout.EndAsync(options, providerId, token, http.RequestAborted);
        return problem is null ? Results.Ok() : Refused(problem);
    }

    private static IResult Refused(string why) =>
        Results.Json(new { error = "invalid_request", error_description = why }, statusCode: StatusCodes.Status400BadRequest);
}
