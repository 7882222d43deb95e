using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Features.Tenancy;

/// <summary>Where somebody signs in: the platform's provider, or an organisation's own.</summary>
internal sealed record OpenIdProvider(string Issuer, string ClientId, string ClientSecret, string CallbackPath, string SignedOutPath)
{
    public bool IsPlainHttp => Issuer.StartsWith("http://", StringComparison.OrdinalIgnoreCase);
}

/// <summary>One way to speak OpenID Connect, whoever the provider is: code, PKCE, nonce, and nothing taken on trust.</summary>
internal static class OpenIdSetup
{
    /// <summary>Signed with a private key. A shared secret would let whoever knows the public half make tokens.</summary>
    public static readonly string[] Algorithms =
        ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    public static void Configure(OpenIdConnectOptions oidc, OpenIdProvider provider, TimeSpan stateLength, HttpMessageHandler? network)
    {
        oidc.SignInScheme = oidc.SignOutScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        oidc.EventsType = typeof(OpenIdEvents);
        oidc.Authority = provider.Issuer;
        oidc.ClientId = provider.ClientId;
        oidc.ClientSecret = provider.ClientSecret;
        oidc.CallbackPath = provider.CallbackPath;
        oidc.SignedOutCallbackPath = provider.SignedOutPath;
        // Front-channel sign-out is a GET anybody's page could make; the back channel has a signature.
        oidc.RemoteSignOutPath = default;
        oidc.ResponseType = OpenIdConnectResponseType.Code;
        // The one mode every provider has; the code is useless without the verifier and the cookies of this browser.
        oidc.ResponseMode = OpenIdConnectResponseMode.Query;
        oidc.UsePkce = true;
        oidc.DisableTelemetry = true;
        oidc.SaveTokens = false;
        oidc.RemoteAuthenticationTimeout = stateLength;
        oidc.GetClaimsFromUserInfoEndpoint = true;
        oidc.MapInboundClaims = false;
        oidc.ClaimActions.Clear();
        oidc.Scope.Clear();
        oidc.Scope.Add("openid");
        oidc.Scope.Add("profile");
        oidc.Scope.Add("email");
        SetCookies(oidc, provider.IsPlainHttp);
        SetTokenRules(oidc.TokenValidationParameters, provider);
        SetNetwork(oidc, provider, network);
    }

    private static void SetCookies(OpenIdConnectOptions oidc, bool isPlainHttp)
    {
        oidc.CorrelationCookie.SameSite = oidc.NonceCookie.SameSite = SameSiteMode.Lax;
        oidc.CorrelationCookie.SecurePolicy = oidc.NonceCookie.SecurePolicy = isPlainHttp ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        oidc.CorrelationCookie.Name = isPlainHttp ? "portal.state." : "__Secure-portal.state.";
        oidc.NonceCookie.Name = isPlainHttp ? "portal.nonce." : "__Secure-portal.nonce.";
    }

    private static void SetTokenRules(TokenValidationParameters rules, OpenIdProvider provider)
    {
        rules.NameClaimType = "name";
        rules.RoleClaimType = "role";
        rules.ValidIssuer = provider.Issuer;
        rules.ValidAudience = provider.ClientId;
        rules.ValidAlgorithms = Algorithms;
        rules.ClockSkew = TimeSpan.FromMinutes(5);
        // Exact, whatever the metadata says of itself.
        rules.IssuerValidator = (issuer, _, _) => string.Equals(issuer, provider.Issuer, StringComparison.Ordinal)
            ? issuer
            : throw new SecurityTokenInvalidIssuerException($"The token's issuer is '{issuer}', not '{provider.Issuer}'.") { InvalidIssuer = issuer };
        // An access token is no id token, though the same key signed it.
        rules.TypeValidator = (type, _, _) => type is null or "" || string.Equals(type, "JWT", StringComparison.OrdinalIgnoreCase)
            ? "JWT"
            : throw new SecurityTokenInvalidTypeException($"A token of type '{type}' is no id token.") { InvalidType = type };
    }

    private static void SetNetwork(OpenIdConnectOptions oidc, OpenIdProvider provider, HttpMessageHandler? network)
    {
        var authentication = new ClientAuthentication(network ?? new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(2) });
        oidc.Backchannel = new HttpClient(authentication, disposeHandler: false);
        oidc.Backchannel.Timeout = s_timeout;
        oidc.Backchannel.MaxResponseContentBufferSize = 1024 * 1024;
        oidc.RequireHttpsMetadata = !provider.IsPlainHttp;
        oidc.MetadataAddress = MetadataAddress(provider.Issuer);
        oidc.ConfigurationManager = new ConfigurationManager<OpenIdConnectConfiguration>(
            oidc.MetadataAddress,
            new OpenIdConnectConfigurationRetriever(),
            new HttpDocumentRetriever(oidc.Backchannel) { RequireHttps = oidc.RequireHttpsMetadata },
            new ExactMetadata(provider)) { RefreshInterval = TimeSpan.FromSeconds(5) };
        authentication.Metadata = oidc.ConfigurationManager;
    }

    public static string MetadataAddress(string issuer) => issuer.TrimEnd('/') + "/.well-known/openid-configuration";

    /// <summary>What is found at the issuer's address must speak for that issuer, and must not lead to plain http.</summary>
    internal sealed class ExactMetadata(OpenIdProvider provider) : IConfigurationValidator<OpenIdConnectConfiguration>
    {
        public ConfigurationValidationResult Validate(OpenIdConnectConfiguration configuration)
        {
            var problem = Problem(configuration);
            return new ConfigurationValidationResult { Succeeded = problem is null, ErrorMessage = problem };
        }

        public string? Problem(OpenIdConnectConfiguration metadata)
        {
            if (!string.Equals(metadata.Issuer, provider.Issuer, StringComparison.Ordinal))
            {
                return $"The provider calls itself '{metadata.Issuer}', and the portal is set up for '{provider.Issuer}'. They must be equal, letter for letter.";
            }

            if (metadata.SigningKeys.Count is 0)
            {
                return "The provider publishes no keys, so nothing it says can be checked.";
            }

            string?[] required = [metadata.AuthorizationEndpoint, metadata.TokenEndpoint, metadata.JwksUri];
            string?[] optional = [metadata.UserInfoEndpoint, metadata.EndSessionEndpoint, metadata.PushedAuthorizationRequestEndpoint];
            return required.Concat(optional.Where(o => !string.IsNullOrEmpty(o))).FirstOrDefault(e => !IsFit(e)) is { } unfit
                ? $"The provider's metadata names an address that cannot be used: '{unfit}'."
                : required.Any(string.IsNullOrEmpty) ? "The provider's metadata lacks its authorization, token or key address." : null;
        }

        private bool IsFit(string? address) => Uri.TryCreate(address, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (provider.IsPlainHttp && uri.Scheme == Uri.UriSchemeHttp));
    }
}
