using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Portal.Features.Data;

/// <summary>One file of an archive, as its directory describes it.</summary>
internal sealed record ZipItem(string Name, ushort Method, uint Crc, long PackedLength, long Length, long Offset);

/// <summary>
/// The directory of a ZIP archive, read with bounds: entries are counted before they are kept, must not overlap, lead nowhere and
/// carry no password. The library's own reader believes forged sizes and then stops in silence.
/// </summary>
internal static class ZipArchiveReader
{
    private const int MaximumName = 1_000;
    private const long MaximumDirectory = 64L << 20;

    private static readonly SearchValues<char> s_unusable = SearchValues.Create("<>:\"/\\|?*");
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static IReadOnlyList<ZipItem> Read(Stream file, DataOptions options)
    {
        var (at, length, count) = FindDirectory(file);
        if (count > options.MaxArchiveFiles)
        {
            throw new PortalException($"The archive holds {count:N0} files, and at most {options.MaxArchiveFiles:N0} are taken. Split it.");
        }

        if (length > MaximumDirectory || at + length > file.Length)
        {
            throw Damaged("its directory is not where it should be");
        }

        var directory = new byte[length];
        file.Position = at;
        if (file.ReadAtLeast(directory, directory.Length, throwOnEndOfStream: false) < directory.Length)
        {
            throw Damaged("its directory is cut off");
        }

        List<ZipItem> items = new((int)Math.Min(count, 10_000));
        var rest = directory.AsSpan();
        for (long i = 0; i < count; i++)
        {
            rest = ReadItem(rest, items);
        }

        RefuseOverlaps(items, at);
        return items;
    }

    private static (long At, long Length, long Count) FindDirectory(Stream file)
    {
        var tail = new byte[(int)Math.Min(file.Length, 65_557 + 20)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\x5\x6"u8);
        if (end < 0 || tail.Length - end < 22)
        {
            throw Damaged("it has no directory, so it was probably cut off");
        }

        var record = tail.AsSpan(end);
        if (BinaryPrimitives.ReadUInt16LittleEndian(record[4..]) is not (0 or 0xFFFF))
        {
            throw Damaged("it is one part of several");
        }

        var (count, length, at) = (BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]), BinaryPrimitives.ReadUInt32LittleEndian(record[16..]));
        return count is 0xFFFF || length is 0xFFFFFFFF || at is 0xFFFFFFFF ? FindLargeDirectory(file, tail, end) : (at, length, count);
    }

    private static (long At, long Length, long Count) FindLargeDirectory(Stream file, byte[] tail, int end)
    {
        if (end < 20 || !tail.AsSpan(end - 20).StartsWith("PK\x6\x7"u8))
        {
            throw Damaged("the directory of a large archive is missing");
        }

        var at = BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(end - 12));
        var record = new byte[56];
        if (at < 0 || at > file.Length - record.Length)
        {
            throw Damaged("the directory of a large archive is missing");
        }

        file.Position = at;
        file.ReadExactly(record);
        var count = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(32));
        var length = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40));
        var start = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48));
        return record.AsSpan().StartsWith("PK\x6\x6"u8) && count >= 0 && length >= 0 && start >= 0 ? (start, length, count) : throw Damaged("the directory of a large archive is wrong");
    }

    private static Span<byte> ReadItem(Span<byte> rest, List<ZipItem> items)
    {
        if (rest.Length < 46 || !rest.StartsWith("PK\x1\x2"u8))
        {
            throw Damaged("its directory ends too early");
        }

        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]), extraLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]), noteLength = BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < 46 + nameLength + extraLength + noteLength)
        {
            throw Damaged("its directory ends too early");
        }

        var flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]);
        var name = NameOf(rest.Slice(46, nameLength));
        var isUnix = rest[5] is 3;
        RefuseByFlags(name, flags, isUnix ? (int)(BinaryPrimitives.ReadUInt32LittleEndian(rest[38..]) >> 28) : 0);
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]), length = BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]);
        ReadLarge(rest.Slice(46 + nameLength, extraLength), ref length, ref packed, ref offset);
        if (name is not [.., '/'])
        {
            items.Add(new ZipItem(name, BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]), BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]), packed, length, offset));
        }

        return rest[(46 + nameLength + extraLength + noteLength)..];
    }

    /// <summary>Sizes beyond 4 GB stand in an extra field.</summary>
    private static void ReadLarge(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra), size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            var field = extra.Slice(4, Math.Min(size, extra.Length - 4));
            if (id is 1)
            {
                Take(ref field, ref length);
                Take(ref field, ref packed);
                Take(ref field, ref offset);
            }

            extra = extra[Math.Min(extra.Length, 4 + size)..];
        }

        static void Take(ref ReadOnlySpan<byte> field, ref long value)
        {
            if (value is 0xFFFFFFFF && field.Length >= 8)
            {
                value = BinaryPrimitives.ReadInt64LittleEndian(field);
                field = field[8..];
            }
        }
    }

    private static void RefuseByFlags(string name, ushort flags, int unixType)
    {
        if ((flags & 1) is not 0)
        {
            throw new PortalException("The archive is locked with a password. Unpack it, then upload the file that holds the rows.");
        }

        if (unixType is 0xA)
        {
            throw new PortalException($"The archive holds a link (\"{Shown(name)}\"), and only files are taken. Make it again without links.");
        }

        if (unixType is not (0 or 0x4 or 0x8) || name.Split('/').Any(IsDevice))
        {
            throw new PortalException($"The archive holds what is no plain file (\"{Shown(name)}\"): a device of a computer is called or made so. Make it again from plain files.");
        }

        if (name.StartsWith('/') || name is [_, ':', ..] || name.Split('/').Contains(".."))
        {
            throw new PortalException($"The archive holds a file whose name leads out of it (\"{Shown(name)}\"). Make it again from plain files.");
        }
    }

    /// <summary>Whether a file can be called so in an archive that is unpacked anywhere and read here.</summary>
    public static bool IsPlainName(string name) =>
        name is not ("" or ['.', ..] or [.., '.' or ' ']) && name.AsSpan().IndexOfAny(s_unusable) < 0 && !IsDevice(name) && !name.EnumerateRunes().Contains(Rune.ReplacementChar);

    /// <summary>Names that are no file's on one system or another, whatever stands behind their first dot.</summary>
    private static bool IsDevice(string part)
    {
        var stem = part.Split('.')[0].TrimEnd(' ').ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" || (stem is ['C', 'O', 'M', >= '1' and <= '9'] or ['L', 'P', 'T', >= '1' and <= '9']) || part.Any(char.IsControl);
    }

    private static void RefuseOverlaps(List<ZipItem> items, long directoryAt)
    {
        long end = 0;
        foreach (var item in items.OrderBy(i => i.Offset))
        {
            if (item.Offset < end || item.PackedLength < 0 || item.Length < 0 || item.Offset + 30 + item.PackedLength > directoryAt)
            {
                throw Damaged($"\"{Shown(item.Name)}\" lies where another file is");
            }

            end = item.Offset + 30 + item.PackedLength;
        }
    }

    private static string NameOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaximumName)
        {
            throw Damaged($"a name in it is {bytes.Length:N0} characters long");
        }

        try
        {
            return s_strictUtf8.GetString(bytes).Replace('\\', '/');
        }
        catch (DecoderFallbackException)
        {
            return TextEncoding.Get("ibm437").GetString(bytes).Replace('\\', '/');
        }
    }

    private static string Shown(string name) => name.Length > 80 ? name[..80] + "…" : name;

    private static PortalException Damaged(string how) => new($"The archive is damaged: {how}. Make it again, or upload the file unpacked.");
}
