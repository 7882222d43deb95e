using Portal.Sandbox.Faults;

namespace Portal.Sandbox;

/// <summary>How a sandbox runs. The executable reads it from configuration section <c>Sandbox</c>.</summary>
public sealed record SandboxOptions
{
    /// <summary>Everything the sandbox knows lives in this folder; the same folder gives the same sandbox again.</summary>
    public string StateFolder { get; init; } = "";

    /// <summary>Address to listen on. Port 0 takes a free one.</summary>
    public string Url { get; init; } = "http://127.0.0.1:5181";

    /// <summary>How long each optimiser step of a tuning waits, so that people can watch one.</summary>
    public int StepDelayMilliseconds { get; init; }

    /// <summary>Tunings that train at once; the others stay pending, as under Google's quota.</summary>
    public int ConcurrentTunings { get; init; } = 1;

    /// <summary>Whom the sign-in page offers. Empty takes three people of an invented company.</summary>
    public IReadOnlyList<SandboxPerson> People { get; init; } = [];

    internal IReadOnlyList<SandboxPerson> EveryPerson => People.Count > 0 ? People : SandboxPerson.Defaults;

    public string ClientId { get; init; } = "portal";

    public string ClientSecret { get; init; } = "portal-development-secret";

    /// <summary>Accepted beside every loopback address that ends in <c>/signin-oidc</c>.</summary>
    public IReadOnlyList<string> RedirectUris { get; init; } = [];

    /// <summary>Accepted beside every loopback address that ends in <c>/signout-callback-oidc</c>.</summary>
    public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];

    /// <summary>Where the practice Stripe tells of what happened, beside the endpoints that are made by its API.</summary>
    public IReadOnlyList<SandboxWebhook> StripeWebhooks { get; init; } = [];

    /// <summary>How long the practice Stripe takes for a report of usage, so that two at once meet.</summary>
    public int MeterEventMilliseconds { get; init; }

    /// <summary>Faults that are on from the start.</summary>
    public IReadOnlyList<FaultOptions> Faults { get; init; } = [];
}

/// <summary>An address that is told of what happens at the practice Stripe, and the secret its deliveries are signed with.</summary>
public sealed record SandboxWebhook
{
    public required string Url { get; init; }

    public required string Secret { get; init; }
}
