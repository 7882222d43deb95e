using System.Security.Cryptography;

namespace Portal.Sandbox.Stripe;

/// <summary>Ids as Stripe makes them: a prefix that says what it is, then letters and digits.</summary>
internal static class StripeIds
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Next(string prefix, int length = 24) => $"{prefix}_{RandomNumberGenerator.GetString(Alphabet, length)}";

    public static string Secret(string prefix) => Next(prefix, 32);
}
