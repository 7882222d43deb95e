using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Portal.Hosting;

namespace Portal.Features.Tenancy;

/// <summary>
/// The handler of an organisation's own provider, made when somebody comes and not listed at the start: a provider that was
/// saved on one node serves on all. Each has addresses and a state of its own, so that one provider's answer is no other's.
/// </summary>
internal sealed class ProviderSignIn(
    OutsideHttp outside, IEnumerable<IPostConfigureOptions<OpenIdConnectOptions>> finish, IOptions<SignInOptions> signIn, ILoggerFactory loggers)
{
    private const string SpeakingKey = "portal:provider";
    private const int MostKept = 500;

    private readonly ConcurrentDictionary<string, OpenIdConnectOptions> _options = new(StringComparer.Ordinal);

    public static OpenIdProvider Describe(LiveProvider live) =>
        new(live.Issuer, live.ClientId, live.Secret, PortalUrls.ProviderCallback(live.ProviderId), PortalUrls.ProviderSignedOut(live.ProviderId));

    /// <summary>The organisation's provider that speaks in this request; null is the platform's.</summary>
    public static LiveProvider? SpeakingIn(HttpContext http) => http.Items[SpeakingKey] as LiveProvider;

    public OpenIdConnectOptions OptionsOf(LiveProvider live)
    {
        if (_options.Count > MostKept)
        {
            _options.Clear();
        }

        return _options.GetOrAdd(NameOf(live), name =>
        {
            var options = new OpenIdConnectOptions();
            OpenIdSetup.Configure(options, Describe(live), signIn.Value.StateLength, outside.Network(signIn.Value.AllowLoopbackProviders));
            foreach (var step in finish)
            {
                step.PostConfigure(name, options);
            }

            return options;
        });
    }

    public async Task<OpenIdConnectHandler> HandlerAsync(HttpContext http, LiveProvider live)
    {
        http.Items[SpeakingKey] = live;
        var handler = new OpenIdConnectHandler(new Only(OptionsOf(live)), loggers, HtmlEncoder.Default, UrlEncoder.Default);
        await handler.InitializeAsync(new AuthenticationScheme(NameOf(live), null, typeof(OpenIdConnectHandler)), http);
        return handler;
    }

    // State and nonce are sealed under this name: what was begun at another provider, or under other settings, does not open here.
    private static string NameOf(LiveProvider live) => $"{live.ProviderId}:{live.Generation}";

    private sealed class Only(OpenIdConnectOptions options) : IOptionsMonitor<OpenIdConnectOptions>
    {
        public OpenIdConnectOptions CurrentValue => options;

        public OpenIdConnectOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<OpenIdConnectOptions, string?> listener) => null;
    }
}
