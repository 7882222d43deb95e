using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Portal.Features.Data;

/// <summary>Up to 64 signs of a text, whole words of it, looked at all at once.</summary>
internal struct TextBlock
{
    private const int Most = 64;

    /// <summary>Fewer are read one by one as quickly.</summary>
    private const int Fewest = 16;

    private const int Half = 32;

    private Signs _lower;

    /// <summary>Signs up to the end of a word, or of the text.</summary>
    public int Length { get; private set; }

    /// <summary>Nothing but letters of ASCII and signs that say nothing by themselves; what is not must be read one by one.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Where letters stand, the first at the lowest bit.</summary>
    public ulong Letters { get; private set; }

    public bool HasLineFeed { get; private set; }

    /// <summary>What the text begins with.</summary>
    public static TextBlock Of(ReadOnlySpan<char> text)
    {
        var block = default(TextBlock);
        if (text.Length < Fewest || !Vector256.IsHardwareAccelerated)
        {
            block.Length = text.Length;
            return block;
        }

        if (text.Length >= Most)
        {
            block.Look(text[..Most], text);
            return block;
        }

        Span<char> padded = stackalloc char[Most];
        padded.Fill(' ');
        text.CopyTo(padded);
        block.Look(padded, text);
        return block;
    }

    /// <summary>Of the word there, as <see cref="WordTable.HashOf"/> has it.</summary>
    public readonly ulong HashOf(int start, int length)
    {
        var hash = WordTable.Start;
        while (length > 8)
        {
            hash = WordTable.Ended(hash, EightFrom(start));
            (start, length) = (start + 8, length - 8);
        }

        return WordTable.Ended(hash, EightFrom(start) >> (64 - (8 * length)));
    }

    private readonly ulong EightFrom(int start) => BinaryPrimitives.ReadUInt64BigEndian(((ReadOnlySpan<byte>)_lower)[start..]);

    /// <param name="signs">Of the text as many as fit, or all of it and spaces.</param>
    private void Look(ReadOnlySpan<char> signs, ReadOnlySpan<char> text)
    {
        var (low, high) = (Classified(signs, 0), Classified(signs, Half));
        var letters = low.Letters | ((ulong)high.Letters << Half);
        var odd = low.Odd | ((ulong)high.Odd << Half);
        var ends = ~(letters | odd);
        // The next block begins with a word, so this one ends behind one.
        Length = text.Length <= Most ? text.Length : ends is 0 ? WordEnd(text) : Most - BitOperations.LeadingZeroCount(ends);
        var mine = Length >= Most ? ulong.MaxValue : (1UL << Length) - 1;
        Letters = letters & mine;
        HasLineFeed = ((low.LineFeeds | ((ulong)high.LineFeeds << Half)) & mine) is not 0;
        IsPlain = Letters is not 0 && (odd & mine) is 0 && (ends is not 0 || Length < Most);
    }

    private (uint Letters, uint Odd, uint LineFeeds) Classified(ReadOnlySpan<char> signs, int at)
    {
        var from = MemoryMarshal.Cast<char, ushort>(signs[at..]);
        var bytes = Vector256.NarrowWithSaturation(Vector256.Create(from), Vector256.Create(from[(Half / 2)..]));
        var lower = bytes | Vector256.Create((byte)0x20);
        lower.CopyTo(((Span<byte>)_lower)[at..]);
        var letters = IsWithin(lower, (byte)'a', 25);
        var lineFeeds = Vector256.Equals(bytes, Vector256.Create((byte)'\n'));
        // Digits and the colon, the sign of addresses, what controls, and all beyond ASCII.
        var odd = IsWithin(bytes, (byte)'0', 10) | Vector256.Equals(bytes, Vector256.Create((byte)'@')) | Vector256.AndNot(~IsWithin(bytes, 0x20, 0x5E), lineFeeds);
        return (letters.ExtractMostSignificantBits(), odd.ExtractMostSignificantBits(), lineFeeds.ExtractMostSignificantBits());
    }

    private static Vector256<byte> IsWithin(Vector256<byte> signs, byte first, byte span)
    {
        var distance = signs - Vector256.Create(first);
        return Vector256.Equals(Vector256.Min(distance, Vector256.Create(span)), distance);
    }

    /// <summary>Behind a word, or a text without words, that is longer than a block.</summary>
    private static int WordEnd(ReadOnlySpan<char> text)
    {
        var end = Most;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] > 127))
        {
            end++;
        }

        return end;
    }

    /// <summary>In lower case where they are letters, and room to read eight from the last of them.</summary>
    [InlineArray(Most + 8)]
    private struct Signs
    {
        private byte _first;
    }
}
