using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Portal.Features.Deploy;

/// <summary>
/// The hundredth of the calls to which one belongs. Those of one session are always of the same, on every node and whatever the share, so a
/// conversation is not handed to and fro, and a larger share keeps whom the smaller one had.
/// </summary>
internal static class CallSlice
{
    public const int Count = 100;

    public static int Of(string tenantId, string name, string? session)
    {
        if (string.IsNullOrEmpty(session))
        {
            return RandomNumberGenerator.GetInt32(Count);
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{tenantId}\n{name}\n{session}"));
        return (int)(BinaryPrimitives.ReadUInt64BigEndian(hash) % Count);
    }
}
