using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Tenancy;

/// <summary>A key as its holder has it. It exists in the process that made it and with the holder, nowhere else.</summary>
public static class KeySecret
{
    public const int HashLength = 64;
    public const string Mark = "ptl_live_";

    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <summary>43 characters of 62 are 256 bits; the eight that are shown leave 208 to guess.</summary>
    private const int RandomLength = 43;
    private const int ShownLength = 8;

    /// <summary>Six characters of 62 hold 32 bits.</summary>
    private const int ChecksumLength = 6;

    private static readonly SearchValues<char> s_alphabet = SearchValues.Create(Alphabet);

    public static string Create()
    {
        var random = Mark + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return random + ChecksumOf(random);
    }

    public static string PrefixOf(string secret) => secret[..(Mark.Length + ShownLength)];

    /// <summary>A plain hash is enough: what it hides is random, so there is no dictionary to try.</summary>
    public static string HashOf(string secret)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(secret), hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>What cannot be a key needs no look-up. Keys of earlier builds end without a checksum.</summary>
    public static bool IsWellFormed(string secret) =>
        secret.StartsWith(Mark, StringComparison.Ordinal) && secret.AsSpan(Mark.Length).IndexOfAnyExcept(s_alphabet) < 0
        && (secret.Length - Mark.Length) switch
        {
            RandomLength => true,
            RandomLength + ChecksumLength => secret.EndsWith(ChecksumOf(secret[..^ChecksumLength]), StringComparison.Ordinal),
            _ => false,
        };

    /// <summary>Begins as a key does, and a character was lost, added or changed since.</summary>
    public static bool IsMistyped(string secret) => secret.StartsWith(Mark, StringComparison.Ordinal) && !IsWellFormed(secret);

    private static string ChecksumOf(string random) => string.Create(ChecksumLength, Crc32.HashToUInt32(Encoding.ASCII.GetBytes(random)), static (text, sum) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, sum /= 62)
        {
            text[i] = Alphabet[(int)(sum % 62)];
        }
    });
}
