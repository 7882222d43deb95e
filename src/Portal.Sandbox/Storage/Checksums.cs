using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Portal.Sandbox.Storage;

/// <summary>The two hashes Cloud Storage names for every object, in base64; the CRC is big-endian.</summary>
internal sealed record Checksums(string Md5, string Crc32c)
{
    public static async Task<Checksums> ComputeAsync(string path, CancellationToken cancellationToken)
    {
#pragma warning disable CA5351 // The contract says MD5; nothing is secured by it.
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        var crc = uint.MaxValue;
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var buffer = new byte[1 << 20];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            md5.AppendData(buffer, 0, read);
            crc = Continue(crc, buffer.AsSpan(0, read));
        }

        var bigEndian = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bigEndian, ~crc);
        return new(Convert.ToBase64String(md5.GetHashAndReset()), Convert.ToBase64String(bigEndian));
    }

    private static uint Continue(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(data))
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var single in data[(data.Length / 8 * 8)..])
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return crc;
    }
}
