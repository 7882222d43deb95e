using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Billing;

/// <summary>How the portal reaches Stripe. Without a key nothing is sold here, and the page says so.</summary>
public sealed class BillingOptions
{
    public string ApiKey { get; set; } = "";

    /// <summary>Empty is Stripe itself; the sandbox's address for practice.</summary>
    public string ApiBase { get; set; } = "";

    /// <summary>Of the webhook endpoint; two while one is being replaced.</summary>
    public string[] WebhookSecrets { get; set; } = [];

    /// <summary>It is the practice Stripe of the sandbox, for development.</summary>
    public bool IsSandbox { get; set; }

    public bool IsConfigured => ApiKey is not "";

    /// <summary>No money moves by a test key.</summary>
    public bool IsPractice => !ApiKey.StartsWith("sk_live_", StringComparison.Ordinal) && !ApiKey.StartsWith("rk_live_", StringComparison.Ordinal);

    /// <summary>Stripe reckons the tax: only once the seller's registrations stand there.</summary>
    public bool AutomaticTax { get; set; }

    [Range(1, 168)]
    public int TrialDays { get; set; } = 14;
}
