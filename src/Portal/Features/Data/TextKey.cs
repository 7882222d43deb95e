using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Portal.Features.Data;

/// <summary>128 bits that stand for a text where holding a million texts would not do.</summary>
internal static class TextKey
{
    public static UInt128 Of(ReadOnlySpan<char> text) => XxHash128.HashToUInt128(MemoryMarshal.AsBytes(text));

    public static UInt128 Of(ReadOnlySpan<char> input, ReadOnlySpan<char> output)
    {
        var hash = new XxHash128();
        hash.Append(BitConverter.GetBytes(input.Length));
        hash.Append(MemoryMarshal.AsBytes(input));
        hash.Append(MemoryMarshal.AsBytes(output));
        return hash.GetCurrentHashAsUInt128();
    }
}
