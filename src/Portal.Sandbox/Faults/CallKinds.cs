using Portal.Sandbox.Storage;
using Portal.Sandbox.Stripe;

namespace Portal.Sandbox.Faults;

/// <summary>Tells the kind of a call from its address.</summary>
internal static class CallKinds
{
    private static readonly string[] s_generating = [":generateContent", ":streamGenerateContent", ":countTokens", ":computeTokens"];

    public static CallKind Of(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        return StorageCall.From(http) is not null ? CallKind.Storage
            : path.StartsWith("/connect/", StringComparison.Ordinal) || path.StartsWith("/.well-known/", StringComparison.Ordinal) ? CallKind.Identity
            : StripeApi.IsStripe(http.Request) ? CallKind.Stripe
            : !path.StartsWith("/v1", StringComparison.Ordinal) ? CallKind.Other
            : s_generating.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) ? CallKind.Generate
            : path.Contains("/tuningJobs", StringComparison.Ordinal) ? CallKind.Tuning
            : path.Contains("/tensorboards/", StringComparison.Ordinal) || path.Contains("/metadataStores/", StringComparison.Ordinal) ? CallKind.Metrics
            : CallKind.Registry;
    }
}
