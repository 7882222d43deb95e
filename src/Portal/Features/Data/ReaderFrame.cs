using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Portal.Features.Data;

/// <summary>What the portal asks a reading process, one byte at the front of a frame.</summary>
internal enum ReaderAsk : byte
{
    /// <summary>The file and the limits; always first.</summary>
    Open,
    Inspect,
    Sheets,

    /// <summary>The files of an archive, from one on.</summary>
    Items,

    /// <summary>Opens a sheet, whose rows are then taken.</summary>
    Rows,
    Take,

    /// <summary>Opens the table of an archive, or any file of it, whose bytes are then read.</summary>
    Content,
    Item,
    Read,

    /// <summary>What a picture, a sound, a film or a document is.</summary>
    Facts,
}

/// <summary>How a reading process answers.</summary>
internal enum ReaderAnswer : byte
{
    Done,

    /// <summary>The file is refused, in words for its owner.</summary>
    Refused,

    /// <summary>The memory it may have did not suffice.</summary>
    OutOfMemory,

    /// <summary>A fault of ours: the name of the exception, which quotes nothing of the file.</summary>
    Failed,
}

/// <summary>A kind and some bytes, of which the length goes before: one message between the portal and a reading process.</summary>
internal static class ReaderFrame
{
    /// <summary>A row of the most characters fits, in the widest encoding.</summary>
    public const int MostBytes = 32 << 20;

    private const int HeadBytes = 5;

    public static void Send(Stream pipe, byte kind, ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        head[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], content.Length);
        pipe.Write(head);
        pipe.Write(content);
        pipe.Flush();
    }

    /// <summary>Null at the pipe's end. What is longer than a frame may be is an <see cref="InvalidDataException"/>.</summary>
    public static (byte Kind, byte[] Content)? Receive(Stream pipe)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        if (pipe.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false) is var read and < HeadBytes)
        {
            return read is 0 ? null : throw new EndOfStreamException("A frame ends in its head.");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(head[1..]);
        if (length is < 0 or > MostBytes)
        {
            throw new InvalidDataException($"A frame of {length:N0} bytes is announced.");
        }

        var content = new byte[length];
        return pipe.ReadAtLeast(content, length, throwOnEndOfStream: false) == length ? (head[0], content) : throw new EndOfStreamException("A frame is cut off.");
    }
}

/// <summary>Puts values one after the other.</summary>
internal sealed class FrameWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 12);

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public FrameWriter Add(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_bytes.GetSpan(4), value);
        _bytes.Advance(4);
        return this;
    }

    public FrameWriter Add(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
        return this;
    }

    public FrameWriter Add(string? text)
    {
        if (text is null)
        {
            return Add(-1);
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Add(length);
        _bytes.Advance(Encoding.UTF8.GetBytes(text, _bytes.GetSpan(length)));
        return this;
    }

    public FrameWriter Add(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    public FrameWriter Add(ZipItem item) => Add(item.Name).Add(item.Method).Add((long)item.Crc).Add(item.PackedLength).Add(item.Length).Add(item.Offset);

    public FrameWriter Add(SourceLayout layout) => Add((int)layout.Format).Add(layout.Encoding).Add(layout.Delimiter).Add(layout.HasHeader ? 1 : 0).Add((int)layout.Quoting)
        .Add((int)layout.Container).Add(layout.Entry).Add(layout.Sheet).Add(layout.Items);
}

/// <summary>Takes values out again. Nothing of what it reads is believed: a length that leads beyond the end is an <see cref="InvalidDataException"/>.</summary>
internal sealed class FrameReader(byte[] content)
{
    private int _at;

    public ReadOnlyMemory<byte> Rest => content.AsMemory(_at);

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Next(4));

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Next(8));

    /// <summary>How many values follow that take a number of bytes each at the least.</summary>
    public int Count(int least) => Int() is var count && count >= 0 && (long)count * least <= content.Length - _at ? count : throw new InvalidDataException("A count leads beyond the frame.");

    public string? TextOrNull() => Int() is var length and not -1 ? System.Text.Encoding.UTF8.GetString(Next(length)) : null;

    public string Text() => TextOrNull() ?? throw new InvalidDataException("A text is missing.");

    public SourceLayout Layout() => new(Known<SourceFormat>(), Encoding(), (char)Int(), Int() is 1)
    {
        Quoting = Known<SourceQuoting>(), Container = Known<SourceContainer>(), Entry = Text(), Sheet = Text(), Items = Text(),
    };

    public ZipItem Item() => new(Text(), (ushort)Int(), (uint)Long(), Long(), Long(), Long());

    public T Known<T>() where T : struct, Enum => Int() is var value && Enum.GetValues<T>() is var known && (uint)value < known.Length ? known[value] : throw new InvalidDataException($"{value} is no {typeof(T).Name}.");

    private string Encoding()
    {
        var name = Text();
        try
        {
            _ = TextEncoding.Get(name);
            return name;
        }
        catch (ArgumentException unknown)
        {
            throw new InvalidDataException("An encoding is named that is not known.", unknown);
        }
    }

    private ReadOnlySpan<byte> Next(int length)
    {
        if (length < 0 || length > content.Length - _at)
        {
            throw new InvalidDataException("A value leads beyond the frame.");
        }

        _at += length;
        return content.AsSpan(_at - length, length);
    }
}
