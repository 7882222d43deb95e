using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Billing;

/// <summary>
/// Whether a message is Stripe's: its scheme v1, over the body as it came. The library's own check throws what strangers can choose, so
/// this one only answers.
/// </summary>
internal static class StripeSignature
{
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(5);

    public static bool Proves(string header, ReadOnlySpan<byte> body, IEnumerable<string> secrets, DateTimeOffset now)
    {
        if (header.Length is 0 or > 4_096)
        {
            return false;
        }

        var parts = header.Split(',').Select(p => p.Split('=', 2)).Where(p => p.Length is 2).Select(p => (Name: p[0].Trim(), Value: p[1].Trim())).ToList();
        var stamps = parts.Where(p => p.Name is "t").Select(p => p.Value).ToList();
        if (stamps is not [var stamp] || !long.TryParse(stamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - (decimal)seconds) > (decimal)s_tolerance.TotalSeconds)
        {
            return false;
        }

        byte[] signed = [.. Encoding.ASCII.GetBytes(stamp), (byte)'.', .. body];
        var expected = secrets.Where(s => s is not "").Select(s => HMACSHA256.HashData(Encoding.UTF8.GetBytes(s), signed)).ToList();
        return parts.Where(p => p.Name is "v1").Any(p => IsHex(p.Value) && Convert.FromHexString(p.Value) is var given && expected.Any(e => CryptographicOperations.FixedTimeEquals(e, given)));
    }

    // As Stripe writes it: 64 digits, in lower case.
    private static bool IsHex(string text) => text.Length is 64 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');
}
