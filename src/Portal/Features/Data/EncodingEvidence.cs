using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Portal.Features.Data;

/// <summary>
/// What a whole file tells about its encoding. All of it is looked at: one old name in row 40,000 is enough to spoil a sample's
/// verdict, and one damaged row among thousands of good ones must not turn all of them into another encoding.
/// </summary>
internal sealed class EncodingEvidence
{
    private const int SampleBytes = 1 << 18;
    private const int GoodForOneBad = 20;

    private readonly ArrayBufferWriter<byte> _sample = new(1 << 12);
    private long _sequences;
    private long _broken;
    private long _high;
    private long _besideHigh;
    private long _signsInWords;

    public bool IsUtf8 => _broken is 0 || _sequences >= _broken * GoodForOneBad;

    /// <summary>In the languages of Western Europe an accented letter stands alone among plain ones, and no sign stands inside a word.</summary>
    public bool LooksWestern => _besideHigh * 4 < _high && _signsInWords * 50 <= _high;

    /// <summary>The bytes around those that are not plain, for a closer look.</summary>
    public byte[] Sample => _sample.WrittenSpan.ToArray();

    public static EncodingEvidence Of(Stream content)
    {
        var evidence = new EncodingEvidence();
        var buffer = new byte[1 << 16];
        var kept = 0;
        for (int read; (read = content.Read(buffer, kept, buffer.Length - kept)) > 0;)
        {
            var length = kept + read;
            var whole = length - IncompleteTail(buffer.AsSpan(0, length));
            evidence.Look(buffer.AsSpan(0, whole));
            kept = length - whole;
            buffer.AsSpan(whole, kept).CopyTo(buffer);
        }

        // A character cut off at the very end is a truncated file, not another encoding.
        return evidence;
    }

    private void Look(ReadOnlySpan<byte> bytes)
    {
        if (_broken is 0 && Utf8.IsValid(bytes))
        {
            _sequences += CountSequences(bytes);
            return;
        }

        if (_sample.WrittenCount < SampleBytes)
        {
            _sample.Write(bytes);
        }

        for (var at = 0; at < bytes.Length;)
        {
            var next = bytes[at..].IndexOfAnyInRange((byte)0x80, (byte)0xFF);
            if (next < 0)
            {
                break;
            }

            at += next;
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out var consumed) is OperationStatus.Done)
            {
                _sequences++;
            }
            else
            {
                _broken++;
            }

            Weigh(bytes, at);
            at += Math.Max(1, consumed);
        }
    }

    private void Weigh(ReadOnlySpan<byte> bytes, int at)
    {
        _high++;
        var (before, after) = (at > 0 ? bytes[at - 1] : (byte)' ', at + 1 < bytes.Length ? bytes[at + 1] : (byte)' ');
        _besideHigh += before >= 0xC0 || after >= 0xC0 ? 1 : 0;
        _signsInWords += IsLetter(before) && IsLetter(after) && IsSign(bytes[at]) ? 1 : 0;
    }

    private static bool IsLetter(byte b) => b >= 0xC0 || char.IsAsciiLetter((char)b);

    /// <summary>In Windows-1252 these are signs, elsewhere letters. The apostrophe, the dashes and the soft hyphen do stand inside words.</summary>
    private static bool IsSign(byte b) => b is >= 0x80 and < 0xC0 and not (0x8A or 0x8C or 0x8E or 0x91 or 0x92 or 0x96 or 0x97 or 0x9A or 0x9C or 0x9E or 0x9F or 0xA0 or 0xAD or 0xB4 or 0xB7);

    private static long CountSequences(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.ContainsAnyInRange((byte)0xC0, (byte)0xFF))
        {
            return 0;
        }

        long count = 0;
        foreach (var b in bytes)
        {
            count += b >= 0xC0 ? 1 : 0;
        }

        return count;
    }

    private static int IncompleteTail(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length); back++)
        {
            var b = bytes[^back];
            if (b >= 0xC0)
            {
                var needed = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : 2;
                return needed > back ? back : 0;
            }

            if (b < 0x80)
            {
                return 0;
            }
        }

        return 0;
    }
}
