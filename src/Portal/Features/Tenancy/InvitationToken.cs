using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Tenancy;

/// <summary>What is in an invitation's mail: 256 random bits. The portal keeps the hash.</summary>
internal static class InvitationToken
{
    public const int HashLength = 64;

    private const int Length = 43;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Create() => RandomNumberGenerator.GetString(Alphabet, Length);

    public static bool IsWellFormed(string? token) => token is { Length: Length } && token.All(char.IsAsciiLetterOrDigit);

    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
