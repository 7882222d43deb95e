using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Monitor;

/// <summary>
/// Signatures as Standard Webhooks 1.0.0 has them: HMAC-SHA256 over id, time and body, so that none of the three can be changed or sent
/// again later. Ready-made verifiers read them: https://www.standardwebhooks.com.
/// </summary>
public static class WebhookSignature
{
    public const string Prefix = "whsec_";

    private const int Bytes = 32;

    public static string CreateSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Of one secret.</summary>
    public static string Sign(string secret, string id, DateTimeOffset at, string body)
    {
        var key = Convert.FromBase64String(secret[Prefix.Length..]);
        var signed = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{at.ToUnixTimeSeconds()}.{body}"));
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
    }
}
