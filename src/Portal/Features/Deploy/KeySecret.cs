using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Deploy;

/// <summary>A key as its holder has it. It exists in the process that made it and with the holder, nowhere else.</summary>
public static class KeySecret
{
    public const int HashLength = 64;
    public const string Mark = "ptl_live_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>43 characters of 62 are 256 bits; the eight that are shown leave 208 to guess.</summary>
    private const int RandomLength = 43;
    private const int ShownLength = 8;

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    public static string Create() => Mark + RandomNumberGenerator.GetString(Alphabet, RandomLength);

    public static string PrefixOf(string secret) => secret[..(Mark.Length + ShownLength)];

    /// <summary>A plain hash is enough: what it hides is random, so there is no dictionary to try.</summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>What cannot be a key needs no look-up.</summary>
    public static bool IsWellFormed(string secret) =>
        secret.Length == Mark.Length + RandomLength
        && secret.StartsWith(Mark, StringComparison.Ordinal)
        && secret.AsSpan(Mark.Length).IndexOfAnyExcept(s_alphabet) < 0;
}
