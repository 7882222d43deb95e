using System.Buffers.Binary;

namespace Portal.Features.Data;

/// <summary>
/// Reads here and there in a file that may say anything about itself: never beyond its end, and never more often than a budget, so that
/// no forged header keeps a reader busy.
/// </summary>
internal sealed class MediaBytes(Stream file)
{
    private const int MostReads = 50_000;

    private int _reads;

    public long Length { get; } = file.Length;

    public Stream File => file;

    /// <summary>How many bytes there were; fewer than asked for at the end, and none once the budget is spent.</summary>
    public int ReadUpTo(long at, Span<byte> into)
    {
        if (at < 0 || at >= Length || ++_reads > MostReads)
        {
            return 0;
        }

        file.Position = at;
        return file.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
    }

    public bool Read(long at, Span<byte> into) => ReadUpTo(at, into) == into.Length;

    /// <summary>A number of one to eight bytes, the highest first; -1 where there is none.</summary>
    public long BigEndian(long at, int bytes)
    {
        Span<byte> value = stackalloc byte[8];
        value.Clear();
        return Read(at, value[(8 - bytes)..]) && BinaryPrimitives.ReadUInt64BigEndian(value) is <= long.MaxValue and var number ? (long)number : -1;
    }

    /// <summary>A number of one to eight bytes, the lowest first; -1 where there is none.</summary>
    public long LittleEndian(long at, int bytes)
    {
        Span<byte> value = stackalloc byte[8];
        value.Clear();
        return Read(at, value[..bytes]) && BinaryPrimitives.ReadUInt64LittleEndian(value) is <= long.MaxValue and var number ? (long)number : -1;
    }

    public bool Is(long at, ReadOnlySpan<byte> expected)
    {
        Span<byte> there = stackalloc byte[16];
        return Read(at, there[..expected.Length]) && there[..expected.Length].SequenceEqual(expected);
    }
}
