using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Portal.Features.Tenancy;

public sealed record ProviderFinding(string What, bool Passed, string Remedy = "", string Details = "");

/// <summary>The test button: asks the provider as a sign-in would, one thing after the other, and names the remedy for what fails.</summary>
internal sealed class ProviderCheck(IdentityProviderService providers, ProviderSignIn signIn)
{
    private const int DetailsLength = 400;

    public async Task<IReadOnlyList<ProviderFinding>> RunAsync(string id, string portalAddress, CancellationToken ct)
    {
        var live = await providers.SavedAsync(id, ct);
        var findings = await AskAsync(live, portalAddress, ct);
        await providers.TestedAsync(live, findings.FirstOrDefault(f => !f.Passed) is { } failed ? $"Failed: {failed.What}." : "Passed.", ct);
        return findings;
    }

    private async Task<IReadOnlyList<ProviderFinding>> AskAsync(LiveProvider live, string portalAddress, CancellationToken ct)
    {
        var (provider, http) = (ProviderSignIn.Describe(live), signIn.OptionsOf(live).Backchannel);
        OpenIdConnectConfiguration metadata;
        try
        {
            metadata = await OpenIdConnectConfigurationRetriever.GetAsync(
                OpenIdSetup.MetadataAddress(live.Issuer), new HttpDocumentRetriever(http) { RequireHttps = !provider.IsPlainHttp }, ct);
        }
        catch (Exception fault) when (SignInFault.Of(fault) is not null || fault is ArgumentException)
        {
            return [new("The issuer answers", false,
                $"Open {OpenIdSetup.MetadataAddress(live.Issuer)} in a browser: it must show the provider's metadata, from the internet, without a redirect.", Innermost(fault))];
        }

        var ways = metadata.TokenEndpointAuthMethodsSupported;
        List<ProviderFinding> findings =
        [
            new("The issuer answers", true),
            Finding("Its metadata fit the issuer", new OpenIdSetup.ExactMetadata(provider).Problem(metadata), "Copy the issuer exactly as the provider writes it, the slash at the end included."),
            Finding("It signs with keys the portal takes", metadata.IdTokenSigningAlgValuesSupported is { Count: > 0 } signs && !signs.Any(OpenIdSetup.Algorithms.Contains) ? string.Join(", ", signs) : null,
                "Let the provider sign id tokens for this client with RS256 or ES256."),
            Finding("Codes are bound to the browser that asked (PKCE)", metadata.CodeChallengeMethodsSupported is { Count: > 0 } pkce && !pkce.Contains("S256") ? string.Join(", ", pkce) : null,
                "Allow PKCE with S256 for this client at your provider."),
            Finding("It takes a client secret", ways.Count > 0 && !ways.Contains("client_secret_basic") && !ways.Contains("client_secret_post") ? string.Join(", ", ways) : null,
                "Let the client authenticate with client_secret_basic or client_secret_post."),
        ];
        if (findings.TrueForAll(f => f.Passed))
        {
            findings.Add(await ClientAsync(http, metadata.TokenEndpoint, live, portalAddress + provider.CallbackPath, ct));
        }

        return findings;
    }

    /// <summary>A code that was never given out: a provider that knows the client refuses the code, one that does not refuses the client.</summary>
    private static async Task<ProviderFinding> ClientAsync(HttpClient http, string tokenEndpoint, LiveProvider live, string callback, CancellationToken ct)
    {
        const string What = "It knows the client and its secret";
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "authorization_code"), new("code", "portal-test"), new("redirect_uri", callback), new("client_id", live.ClientId),
            new("client_secret", live.Secret), new("code_verifier", new string('v', 43)),
        ]);
        try
        {
            using var answer = await http.PostAsync(new Uri(tokenEndpoint), form, ct);
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            var error = json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("error", out var named) ? named.ToString() : null;
            return error is "invalid_grant"
                ? new(What, true)
                : new(What, false, "Check client id and secret, and that the return address shown here is registered for this client.", PersonClaims.CleanName(error ?? $"HTTP {(int)answer.StatusCode}"));
        }
        catch (Exception fault) when (SignInFault.Of(fault) is not null)
        {
            return new(What, false, "The token address gave no usable answer. Look into the provider's log.", Innermost(fault));
        }
    }

    private static ProviderFinding Finding(string what, string? problem, string remedy) =>
        problem is null ? new(what, true) : new(what, false, remedy, Short(problem));

    // What a provider says of itself can be as long as it likes.
    private static string Short(string text) => text.Length <= DetailsLength ? text : text[..DetailsLength];

    private static string Innermost(Exception fault) => fault.InnerException is { } inner ? Innermost(inner) : Short(fault.Message);
}
