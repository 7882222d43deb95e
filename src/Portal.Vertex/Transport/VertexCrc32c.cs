using System.Buffers.Binary;
using System.Numerics;

namespace Portal.Vertex.Transport;

/// <summary>The checksum of Cloud Storage: CRC32C, base64 of its big-endian bytes.</summary>
internal sealed class VertexCrc32c
{
    private uint _state = uint.MaxValue;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            _state = BitOperations.Crc32C(_state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var single in bytes)
        {
            _state = BitOperations.Crc32C(_state, single);
        }
    }

    public string ToBase64()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, ~_state);
        return Convert.ToBase64String(bytes);
    }
}
