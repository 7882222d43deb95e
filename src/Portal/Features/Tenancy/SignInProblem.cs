using System.Text.Json;
using Microsoft.IdentityModel.Protocols.Configuration;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Portal.Features.Tenancy;

/// <summary>Why signing in did not work, as far as the person at the screen can do something about it.</summary>
public enum SignInProblem
{
    Unknown,
    ProviderDown,
    Cancelled,
    Expired,
    Clock,
    Untrusted,
    Misconfigured,
    NoSubject,
    NotFound,
    NotAdmitted,
    NoRoom,
}

/// <summary>A check of ours that an answer of the provider did not pass.</summary>
internal sealed class SignInException(SignInProblem problem, string message) : Exception(message)
{
    public SignInProblem Problem { get; } = problem;
}

public sealed record SignInWords(string Title, string Cause, string Remedy)
{
    public static SignInWords Of(SignInProblem problem) => problem switch
    {
        SignInProblem.ProviderDown => new("Your identity provider does not answer",
            "The portal asked it to sign you in and got no usable answer.",
            "Wait a minute and try again. If it stays, ask whoever runs the provider; nothing is wrong with your account here."),
        SignInProblem.Cancelled => new("You did not sign in",
            "Signing in was cancelled, or your identity provider did not let you into this portal.",
            "Try again. If your provider refused, ask its administrator to give you access to this portal."),
        SignInProblem.Expired => new("This sign-in is no longer valid",
            "It was begun too long ago, in another browser, or was already used. A page from the browser's history does that too.",
            "Start again from here. Cookies must be allowed for this portal."),
        SignInProblem.Clock => new("The clocks do not agree",
            "The answer of your identity provider is dated more than five minutes from this portal's time.",
            "Ask the administrators of the portal and of the provider to set their clocks by the network, then try again."),
        SignInProblem.Untrusted => new("The answer could not be trusted",
            "What came back was not signed by your identity provider, was meant for somebody else, or was changed on its way. You were not signed in.",
            "Start again from here. If it happens once more, tell the portal's administrator and give the reference below."),
        SignInProblem.Misconfigured => new("The sign-in is not set up right",
            "The portal and your identity provider disagree about who they are: the issuer, the client id, its secret or the return address.",
            "Tell whoever set it up, with the reference below. The portal's log names what differs."),
        SignInProblem.NoSubject => new("Your identity provider named nobody",
            "Its answer has no usable subject, the one thing by which the portal knows a person.",
            "Ask the provider's administrator to send a stable \"sub\" claim of at most 255 plain characters."),
        SignInProblem.NotFound => new("This sign-in is not there",
            "The link is not complete, or the organization has switched off or removed the identity provider it led to.",
            "Sign in with your e-mail address instead, or ask an owner of your organization for the new link."),
        SignInProblem.NotAdmitted => new("You are not a member yet",
            "Your organization's provider knows you, but the organization admits people by invitation only, or your provider did not say that it has verified your address in a domain of the organization.",
            "Ask an owner of the organization for an invitation."),
        SignInProblem.NoRoom => new("There is no room for another member",
            "Your organization would let you in, but its plan allows for no more members. Its owners are told, and nothing of yours is lost.",
            "Sign in again once an owner has made room. If you have an invitation, open its link: its place is kept for you."),
        _ => new("Signing in did not work",
            "Something went wrong between your identity provider and the portal. You were not signed in.",
            "Try again. If it stays, tell the portal's administrator and give the reference below."),
    };
}

internal static class SignInFault
{
    private static readonly string[] s_setup =
        ["invalid_client", "unauthorized_client", "unsupported_response_type", "invalid_scope", "invalid_request", "invalid_redirect_uri", "invalid_request_uri"];

    /// <summary>What an exception on the way of a sign-in means; null is a fault of our own.</summary>
    public static SignInProblem? Of(Exception? fault) => fault switch
    {
        null => null,
        SignInException own => own.Problem,
        SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException => SignInProblem.Clock,
        OpenIdConnectProtocolInvalidNonceException => SignInProblem.Expired,
        OpenIdConnectProtocolException protocol => OfProtocol(protocol),
        SecurityTokenException or SecurityTokenArgumentException => SignInProblem.Untrusted,
        InvalidConfigurationException => SignInProblem.Misconfigured,
        HttpRequestException or IOException or TaskCanceledException or JsonException => Of(fault.InnerException) ?? SignInProblem.ProviderDown,
        ArgumentException when fault.Message.StartsWith("IDX", StringComparison.Ordinal) => SignInProblem.Untrusted,
        _ when fault.Message.StartsWith("IDX1", StringComparison.Ordinal) => SignInProblem.Untrusted,
        _ when fault.InnerException is not null => Of(fault.InnerException) ?? (IsMetadataFault(fault) ? SignInProblem.ProviderDown : null),
        _ when fault.Message.Contains("orrelation failed", StringComparison.Ordinal) || fault.Message.Contains("'state'", StringComparison.Ordinal)
            || fault.Message.Contains("message.State", StringComparison.Ordinal) || fault.Message.Contains("No message", StringComparison.Ordinal) => SignInProblem.Expired,
        _ => IsMetadataFault(fault) ? SignInProblem.ProviderDown : null,
    };

    private static bool IsMetadataFault(Exception fault) => fault is InvalidOperationException && fault.Message.StartsWith("IDX20", StringComparison.Ordinal);

    private static SignInProblem OfProtocol(OpenIdConnectProtocolException fault) => (fault.Data["error"] as string) switch
    {
        "access_denied" or "login_required" or "consent_required" or "interaction_required" or "account_selection_required" => SignInProblem.Cancelled,
        "server_error" or "temporarily_unavailable" => SignInProblem.ProviderDown,
        "invalid_grant" => SignInProblem.Expired,
        { } error when s_setup.Contains(error) => SignInProblem.Misconfigured,
        _ when fault.Message.StartsWith("Failed to parse token response", StringComparison.Ordinal) => SignInProblem.ProviderDown,
        _ => SignInProblem.Untrusted,
    };
}
