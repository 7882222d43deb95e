using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Portal.Features.Tenancy;

/// <summary>A provider may change its keys at any moment, also between the click and the answer.</summary>
internal static class ProviderKeys
{
    private const int Tries = 25;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Fetches the keys again where a token names one that is not known yet; the fetch runs in the background of the library.</summary>
    public static async Task EnsureAsync(IConfigurationManager<OpenIdConnectConfiguration> metadata, string? token, CancellationToken ct)
    {
        var reader = new JsonWebTokenHandler();
        if (token is null || !reader.CanReadToken(token) || reader.ReadJsonWebToken(token).Kid is not { Length: > 0 } kid || await KnowsAsync(metadata, kid, ct))
        {
            return;
        }

        metadata.RequestRefresh();
        for (var attempt = 0; attempt < Tries && !await KnowsAsync(metadata, kid, ct); attempt++)
        {
            await Task.Delay(s_pause, ct);
        }
    }

    private static async Task<bool> KnowsAsync(IConfigurationManager<OpenIdConnectConfiguration> metadata, string kid, CancellationToken ct) =>
        (await metadata.GetConfigurationAsync(ct)).SigningKeys.Any(k => k.KeyId == kid);
}
