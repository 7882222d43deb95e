using System.Globalization;
using System.Security.Cryptography;

namespace Portal.Sandbox.Vertex;

/// <summary>Ids as Google makes them: 64-bit numbers of nineteen digits.</summary>
internal static class NewId
{
    public static string Next() => (1_000_000_000_000_000_000 + (RandomNumberGenerator.GetInt32(int.MaxValue) * 3_000_000_000L)
        + RandomNumberGenerator.GetInt32(int.MaxValue)).ToString(CultureInfo.InvariantCulture);
}
