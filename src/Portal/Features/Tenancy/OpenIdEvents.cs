using System.Globalization;
using System.IdentityModel.Tokens.Jwt;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;

namespace Portal.Features.Tenancy;

/// <summary>The checks the handler leaves to us, and what a verified answer becomes. One instance lives for one request.</summary>
internal sealed class OpenIdEvents(
    TenancyService tenancy, ProviderDirectory providers, SessionService sessions, RefusalPace pace, IOptions<SignInOptions> options, TimeProvider time, ILogger<OpenIdEvents> logger) : OpenIdConnectEvents
{
    public const string IdTokenHint = "portal:id-token";

    public const string LoginHint = "portal:login-hint";

    private const string StartedAt = "portal:started";
    private const int SubjectLength = 255;

    private JwtSecurityToken? _token;
    private string _idToken = "";
    private PersonClaims? _person;

    public override Task RedirectToIdentityProvider(RedirectContext context)
    {
        context.ProtocolMessage.LoginHint = context.Properties.GetParameter<string>(LoginHint) is { Length: > 0 } hint ? hint : null;
        context.Properties.Items[StartedAt] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    /// <summary>Before the code is spent: is this the provider we asked (RFC 9207), and did it answer in time?</summary>
    public override async Task AuthorizationCodeReceived(AuthorizationCodeReceivedContext context)
    {
        var started = context.Properties?.Items.TryGetValue(StartedAt, out var text) is true && long.TryParse(text, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : DateTimeOffset.MinValue;
        if (time.GetUtcNow() - started > options.Value.StateLength)
        {
            context.Fail(new SignInException(SignInProblem.Expired, "The state is too old."));
            return;
        }

        var metadata = await context.Options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted); // always set by OpenIdSetup
        var iss = context.ProtocolMessage.Iss;
        var isNeeded = metadata.AuthorizationResponseIssParameterSupported is true;
        if (string.IsNullOrEmpty(iss) ? isNeeded : !string.Equals(iss, context.Options.TokenValidationParameters.ValidIssuer, StringComparison.Ordinal))
        {
            context.Fail(new SignInException(SignInProblem.Untrusted, $"The answer came from issuer '{Short(iss)}'."));
        }
    }

    public override Task TokenResponseReceived(TokenResponseReceivedContext context) =>
        ProviderKeys.EnsureAsync(context.Options.ConfigurationManager!, context.TokenEndpointResponse.IdToken, context.HttpContext.RequestAborted); // always set by OpenIdSetup

    public override Task TokenValidated(TokenValidatedContext context)
    {
        _token = context.SecurityToken;
        _idToken = context.TokenEndpointResponse?.IdToken ?? "";
        if (Refusal(_token, context.Options.ClientId) is { } refusal)
        {
            context.Fail(refusal);
            return Task.CompletedTask;
        }

        _person = PersonClaims.Read(name => _token.Payload.TryGetValue(name, out var value) ? TextOf(value) : null);
        return Task.CompletedTask;
    }

    /// <summary>An address and whether it is verified come from the same place, or the one could vouch for another's.</summary>
    public override Task UserInformationReceived(UserInformationReceivedContext context)
    {
        var more = PersonClaims.Read(name =>
            context.User.RootElement.ValueKind is System.Text.Json.JsonValueKind.Object && context.User.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null);
        _person = _person is null or { Email: "" } ? more with { Name = more.Name is "Unnamed" ? _person?.Name ?? more.Name : more.Name } : _person;
        return Task.CompletedTask;
    }

    public override async Task TicketReceived(TicketReceivedContext context)
    {
        var (token, person) = (_token, _person);
        if (token is null || person is null)
        {
            throw new InvalidOperationException("A ticket without a validated token.");
        }

        var http = context.HttpContext;
        var ct = http.RequestAborted;
        var live = ProviderSignIn.SpeakingIn(http);
        person = live is null ? person : await providers.BelievedAsync(live, person, ct);
        var user = await tenancy.SignInAsync(token.Issuer.TrimEnd('/'), token.Subject, person, ct);
        var address = AddressOf(http);
        context.ReturnUri = PortalUrls.LocalOr(context.ReturnUri, "/");
        if (live is not null)
        {
            context.ReturnUri = await AdmittedToAsync(context.ReturnUri, await providers.AdmitAsync(live, user, person, address, ct), user, live, ct);
        }

        var sid = token.Payload.TryGetValue("sid", out var value) && value is string { Length: <= 255 } text ? text : "";
        var agent = PersonClaims.CleanName(http.Request.Headers.UserAgent.ToString());
        context.Properties!.SetParameter(SessionCookie.StartParameter, new SessionStart(
            user.Id, user.Issuer, live?.TenantId, live?.ProviderId, sid, _idToken, address, agent)); // set by the handler
    }

    /// <summary>Signed in, and nobody here: they learn what to ask for. An invitation's link is still opened, since it may change that.</summary>
    private async Task<string> AdmittedToAsync(string asked, Admission admission, User user, LiveProvider live, CancellationToken ct)
    {
        var isTold = admission is Admission.NotAdmitted ? asked is "/" : admission is Admission.NoRoom && !asked.StartsWith(PortalUrls.Invitation(""), StringComparison.Ordinal);
        return isTold && (await tenancy.MembershipsAsync(user.Id, live.TenantId, ct)).Count is 0
            ? PortalUrls.SignInProblem(admission is Admission.NoRoom ? nameof(SignInProblem.NoRoom) : nameof(SignInProblem.NotAdmitted), "") : asked;
    }

    public override Task RedirectToIdentityProviderForSignOut(RedirectContext context)
    {
        var hint = context.Properties.GetParameter<string>(IdTokenHint);
        context.ProtocolMessage.IdTokenHint = string.IsNullOrEmpty(hint) ? null : hint;
        context.ProtocolMessage.ClientId = context.Options.ClientId;
        if (string.IsNullOrEmpty(context.ProtocolMessage.IssuerAddress))
        {
            // This provider cannot be told; the session here is over all the same.
            context.Response.Redirect(context.Properties.RedirectUri ?? PortalUrls.SignIn);
            context.HandleResponse();
        }

        return Task.CompletedTask;
    }

    public override Task AccessDenied(AccessDeniedContext context)
    {
        context.Response.Redirect(PortalUrls.SignInProblem(nameof(SignInProblem.Cancelled), ""));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    public override async Task RemoteFailure(RemoteFailureContext context)
    {
        var problem = SignInFault.Of(context.Failure) ?? SignInProblem.Unknown;
        logger.LogWarning(context.Failure, "Sign-in refused: {Problem}, reference {Reference}", problem, context.HttpContext.TraceIdentifier);
        var live = ProviderSignIn.SpeakingIn(context.HttpContext);
        if (_token is { RawSignature.Length: > 0, Subject.Length: > 0 } token && OpenIdSetup.Algorithms.Contains(token.Header.Alg))
        {
            // The handler has checked the signature and the issuer before it gave the token out, so this is who it names.
            await sessions.RefusedAsync(token.Issuer.TrimEnd('/'), token.Subject, live?.TenantId, AddressOf(context.HttpContext), problem, context.HttpContext.RequestAborted);
        }
        else if (live is not null && problem is (SignInProblem.Untrusted or SignInProblem.NoSubject or SignInProblem.Clock or SignInProblem.Misconfigured) && pace.Allows(live.TenantId))
        {
            await sessions.UntrustedAsync(live, AddressOf(context.HttpContext), problem, context.HttpContext.RequestAborted);
        }

        context.Response.Redirect(PortalUrls.SignInProblem(problem.ToString(), context.HttpContext.TraceIdentifier));
        context.HandleResponse();
    }

    /// <summary>What must hold for an id token beyond issuer, audience, time and signature.</summary>
    private static SignInException? Refusal(JwtSecurityToken token, string? clientId)
    {
        // The handler takes a token from the token endpoint without a signature. We do not.
        if (token.RawSignature is null or "" || !OpenIdSetup.Algorithms.Contains(token.Header.Alg))
        {
            return new SignInException(SignInProblem.Untrusted, $"The id token is not signed with a private key ({Short(token.Header.Alg)}).");
        }

        var azp = token.Payload.Azp;
        if (string.IsNullOrEmpty(azp) ? token.Audiences.Count() > 1 : azp != clientId)
        {
            return new SignInException(SignInProblem.Untrusted, "The id token was issued for somebody else.");
        }

        // By the standard at most 255 ASCII characters; blanks at the ends would be lost in some databases.
        var subject = token.Subject;
        return string.IsNullOrEmpty(subject) || subject.Length > SubjectLength || subject.Any(c => c is < ' ' or > '~') || subject != subject.Trim()
            ? new SignInException(SignInProblem.NoSubject, "The id token names no usable subject.")
            : null;
    }

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "";

    private static string TextOf(object? value) => value is bool flag ? flag ? "true" : "false" : value as string ?? value?.ToString() ?? "";

    private static string Short(string? text) => PersonClaims.CleanName(text);
}
