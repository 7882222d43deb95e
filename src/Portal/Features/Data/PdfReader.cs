using System.Buffers;
using System.IO.Compression;

namespace Portal.Features.Data;

/// <summary>
/// Counts the pages of a PDF without following a single reference: every page is an object that says so, in the open or in a packed
/// stream of objects. What is unpacked is counted as it comes.
/// </summary>
internal sealed class PdfReader(MediaBytes bytes)
{
    private const int ChunkBytes = 1 << 20;
    private const int Overlap = 64;
    private const int MostPacked = 5_000;
    private const long MostUnpacked = 64L << 20;
    private const int DictionaryBytes = 2_048;

    private static readonly SearchValues<byte> s_gaps = SearchValues.Create(" \t\r\n\f\0"u8);

    private readonly List<long> _packed = [];
    private int _pages;
    private bool _isLocked;

    public MediaFacts Read()
    {
        CountInTheOpen();
        var left = MostUnpacked;
        foreach (var at in _packed)
        {
            CountPacked(at, ref left);
        }

        return new MediaFacts(MediaKind.Document, "application/pdf", "PDF") { Pages = _isLocked || _pages is 0 ? null : _pages };
    }

    private void CountInTheOpen()
    {
        var buffer = new byte[(int)Math.Min(ChunkBytes, bytes.Length)];
        for (long at = 0; bytes.ReadUpTo(at, buffer) is > 0 and var there; at += ChunkBytes - Overlap)
        {
            // What begins in the overlap is looked at with the next chunk.
            var isLast = at + there >= bytes.Length;
            Look(buffer.AsSpan(0, there), isLast ? there : there - Overlap, at);
            if (isLast)
            {
                return;
            }
        }
    }

    private void Look(ReadOnlySpan<byte> chunk, int until, long at)
    {
        for (var from = 0; from < until && chunk[from..].IndexOf((byte)'/') is >= 0 and var next && (from += next) < until; from++)
        {
            var name = chunk[from..];
            if (name.StartsWith("/Type"u8))
            {
                var value = name[5..];
                value = value[(value.IndexOfAnyExcept(s_gaps) is >= 0 and var gap ? gap : value.Length)..];
                if (value.StartsWith("/Page"u8) && (value.Length is 5 || !char.IsAsciiLetterOrDigit((char)value[5])))
                {
                    _pages++;
                }
                else if (at >= 0 && value.StartsWith("/ObjStm"u8) && _packed.Count < MostPacked)
                {
                    _packed.Add(at + from);
                }
            }
            else if (at >= 0 && name.StartsWith("/Encrypt"u8) && !name.StartsWith("/EncryptM"u8))
            {
                _isLocked = true;
            }
        }
    }

    private void CountPacked(long at, ref long left)
    {
        var dictionary = new byte[DictionaryBytes];
        var there = dictionary.AsSpan(0, bytes.ReadUpTo(at, dictionary));
        var begin = there.IndexOf("stream"u8);
        if (begin < 0 || left <= 0)
        {
            return;
        }

        begin += 6;
        begin += there[begin..].StartsWith("\r\n"u8) ? 2 : 1;
        var start = at + begin;
        try
        {
            using var unpacked = new ZLibStream(new StreamSlice(bytes.File, start, Math.Max(0, bytes.Length - start)), CompressionMode.Decompress);
            using var kept = new MemoryStream();
            var buffer = new byte[1 << 14];
            for (int read; left > 0 && (read = unpacked.Read(buffer)) > 0;)
            {
                kept.Write(buffer, 0, read);
                left -= read;
                if (kept.Length > 8 << 20)
                {
                    break;
                }
            }

            Look(kept.GetBuffer().AsSpan(0, (int)kept.Length), (int)kept.Length, -1);
        }
        catch (InvalidDataException)
        {
            // Damaged, or packed in a way that is not known here: its pages are not counted.
        }
    }
}
