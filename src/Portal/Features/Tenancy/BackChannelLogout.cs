using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Features.Tenancy;

/// <summary>
/// OpenID Connect Back-Channel Logout 1.0: the provider itself says that somebody signed out. What it sends is checked as the
/// standard asks (section 2.6) before any session ends.
/// </summary>
internal sealed class BackChannelLogout(SessionService sessions, TimeProvider time, ILogger<BackChannelLogout> logger)
{
    private const string LogoutEvent = "http://schemas.openid.net/event/backchannel-logout";

    private static readonly TimeSpan s_age = TimeSpan.FromMinutes(10);

    /// <returns>Why the token was refused; null when it was acted on.</returns>
    public async Task<string?> EndAsync(OpenIdConnectOptions options, string? providerId, string text, CancellationToken ct)
    {
        if (text is "" || await ValidateAsync(options, text, ct) is not { } token)
        {
            return "The logout token is not signed by this provider for this portal.";
        }

        if (Problem(token) is { } problem)
        {
            return problem;
        }

        token.TryGetPayloadValue<string>("sid", out var sid);
        token.TryGetPayloadValue<string>("jti", out var tokenId);
        var expires = token.ValidTo > DateTime.MinValue ? token.ValidTo : token.IssuedAt + s_age;
        var issuer = options.TokenValidationParameters.ValidIssuer.TrimEnd('/');
        if (!await sessions.EndByProviderAsync(issuer, providerId, token.Subject ?? "", sid ?? "", tokenId ?? "", expires + s_age, ct))
        {
            return "This logout token was acted on before.";
        }

        logger.LogInformation("The provider {Issuer} ended sessions", issuer);
        return null;
    }

    private static async Task<JsonWebToken?> ValidateAsync(OpenIdConnectOptions options, string text, CancellationToken ct)
    {
        var rules = options.TokenValidationParameters.Clone();
        rules.TypeValidator = (type, _, _) => type is null or "" || type.ToUpperInvariant() is "JWT" or "LOGOUT+JWT"
            ? "JWT"
            : throw new SecurityTokenInvalidTypeException($"A token of type '{type}' is no logout token.");
        rules.RequireExpirationTime = false;
        var manager = options.ConfigurationManager!; // always set by OpenIdSetup
        try
        {
            await ProviderKeys.EnsureAsync(manager, text, ct);
            rules.IssuerSigningKeys = (await manager.GetConfigurationAsync(ct)).SigningKeys;
            var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, rules);
            return result.IsValid ? result.SecurityToken as JsonWebToken : null;
        }
        catch (Exception fault) when (SignInFault.Of(fault) is not null)
        {
            return null;
        }
    }

    private string? Problem(JsonWebToken token)
    {
        if (token.TryGetPayloadValue<object>("nonce", out _))
        {
            return "A logout token has no nonce.";
        }

        if (!token.TryGetPayloadValue<JsonElement>("events", out var events) || events.ValueKind is not JsonValueKind.Object
            || !events.TryGetProperty(LogoutEvent, out var what) || what.ValueKind is not JsonValueKind.Object)
        {
            return "The token tells of no back-channel logout.";
        }

        var hasSid = token.TryGetPayloadValue<string>("sid", out var sid) && sid is { Length: > 0 and <= 255 };
        if (!hasSid && string.IsNullOrEmpty(token.Subject))
        {
            return "The token names neither a session nor a subject.";
        }

        if (!token.TryGetPayloadValue<string>("jti", out var id) || string.IsNullOrEmpty(id))
        {
            return "The token has no jti.";
        }

        return token.IssuedAt == DateTime.MinValue || (time.GetUtcNow().UtcDateTime - token.IssuedAt).Duration() > s_age ? "The token is too old, or from the future." : null;
    }
}
