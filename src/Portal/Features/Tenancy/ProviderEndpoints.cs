using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Portal.Hosting;

namespace Portal.Features.Tenancy;

/// <summary>Signing in with an organisation's own provider. Where there is none, the answer is the same as for no organisation.</summary>
internal static class ProviderEndpoints
{
    private const string Form = "application/x-www-form-urlencoded";
    private const string Multipart = "multipart/form-data";

    public static void MapProviders(this WebApplication app)
    {
        // Both are posts with this portal's token: no page elsewhere can sign somebody in as somebody.
        app.MapPost(PortalUrls.SignInByEmail, (Delegate)ByEmailAsync).AllowAnonymous().RequireAntiforgeryToken().Accepts<IFormCollection>(Form, Multipart);
        app.MapPost(PortalUrls.SignInWithStart("{id}"), (Delegate)StartAsync).AllowAnonymous().RequireAntiforgeryToken().Accepts<IFormCollection>(Form, Multipart);
        app.MapGet(PortalUrls.ProviderCallback("{id}"), (Delegate)AnswerAsync).AllowAnonymous();
        app.MapGet(PortalUrls.ProviderSignedOut("{id}"), (Delegate)AnswerAsync).AllowAnonymous();
        app.MapPost(PortalUrls.ProviderBackChannel("{id}"), (Delegate)BackChannelAsync).AllowAnonymous().DisableAntiforgery();
    }

    /// <summary>An address in nobody's verified domain goes to the platform's provider: nothing tells it from one whose organisation has none of its own.</summary>
    private static async Task ByEmailAsync(HttpContext http, ProviderDirectory providers, ProviderSignIn signIn)
    {
        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        var (email, returnUrl) = (EmailKey.Of(form["email"]), PortalUrls.LocalOr(form["returnUrl"], "/"));
        await OpenIdEndpoints.TryAsync(http, async () =>
        {
            var live = email is "" ? null : await providers.FindByEmailAsync(email, http.RequestAborted);
            await ChallengeAsync(http, live, returnUrl, email, signIn);
        });
    }

    private static async Task StartAsync(HttpContext http, string id, ProviderDirectory providers, ProviderSignIn signIn)
    {
        var returnUrl = PortalUrls.LocalOr((await http.Request.ReadFormAsync(http.RequestAborted))["returnUrl"], "/");
        await WithAsync(http, id, providers, live => ChallengeAsync(http, live, returnUrl, email: "", signIn));
    }

    private static Task AnswerAsync(HttpContext http, string id, ProviderDirectory providers, ProviderSignIn signIn) =>
        WithAsync(http, id, providers, async live =>
        {
            if (!await (await signIn.HandlerAsync(http, live)).HandleRequestAsync())
            {
                http.Response.Redirect(PortalUrls.SignInProblem(nameof(SignInProblem.Expired), ""));
            }
        });

    private static async Task<IResult> BackChannelAsync(HttpContext http, string id, ProviderDirectory providers, ProviderSignIn signIn, BackChannelLogout logout) =>
        await providers.FindAsync(id, http.RequestAborted) is { } live
            ? await OpenIdEndpoints.EndByTokenAsync(http, signIn.OptionsOf(live), live.ProviderId, logout)
            : Results.NotFound();

    private static async Task ChallengeAsync(HttpContext http, LiveProvider? live, string returnUrl, string email, ProviderSignIn signIn)
    {
        var properties = new AuthenticationProperties { RedirectUri = returnUrl };
        properties.SetParameter(OpenIdEvents.LoginHint, email);
        if (live is null)
        {
            await http.ChallengeAsync(OpenIdConnectDefaults.AuthenticationScheme, properties);
        }
        else
        {
            await (await signIn.HandlerAsync(http, live)).ChallengeAsync(properties);
        }
    }

    private static Task WithAsync(HttpContext http, string id, ProviderDirectory providers, Func<LiveProvider, Task> act) => OpenIdEndpoints.TryAsync(http, async () =>
    {
        if (await providers.FindAsync(id, http.RequestAborted) is { } live)
        {
            await act(live);
        }
        else
        {
            http.Response.Redirect(PortalUrls.SignInProblem(nameof(SignInProblem.NotFound), ""));
        }
    });
}
