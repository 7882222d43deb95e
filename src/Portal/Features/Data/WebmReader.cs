using System.Numerics;

namespace Portal.Features.Data;

/// <summary>The elements of a WebM or Matroska file that say what it is and how long it plays.</summary>
internal sealed class WebmReader(MediaBytes bytes)
{
    private const int MostElements = 10_000;
    private const int DeepestElement = 6;
    private const int Tail = 2 << 20;

    private int _elements;
    private bool _hasVideo;
    private bool _hasAudio;
    private bool _isWebm;
    private double _length;
    private long _nanoseconds = 1_000_000;
    private long _width;
    private long _height;

    public MediaFacts Read()
    {
        Walk(0, bytes.Length, 0);
        // A browser that records does not know beforehand how long it will be.
        var ticks = _length > 0 ? _length : LastCluster();
        var milliseconds = ticks * _nanoseconds / 1e6;
        long? plays = milliseconds is >= 1 and < 1e12 ? (long)milliseconds : null;
        var name = _isWebm ? "WebM" : "Matroska";
        return !_hasVideo && _hasAudio
            ? new MediaFacts(MediaKind.Audio, _isWebm ? "audio/webm" : "audio/x-matroska", name) { Milliseconds = plays }
            : new MediaFacts(MediaKind.Video, _isWebm ? "video/webm" : "video/x-matroska", name)
            {
                Milliseconds = _hasVideo ? plays : null,
                Width = _width is > 0 and < 100_000 ? (int)_width : null,
                Height = _height is > 0 and < 100_000 ? (int)_height : null,
            };
    }

    private void Walk(long at, long end, int depth)
    {
        while (at < end && ++_elements < MostElements)
        {
            if (Number(at, keepMark: true) is not ({ } id, var idLength) || Number(at + idLength, keepMark: false) is not ({ } size, var sizeLength))
            {
                return;
            }

            var body = at + idLength + sizeLength;
            // All ones: until the end of what it lies in.
            var isOpen = size == (1L << (7 * sizeLength)) - 1;
            if (!isOpen && size > end - body)
            {
                // The last element of a file that was cut off; of a segment what is there still counts.
                isOpen = id is 0x18538067;
                if (!isOpen)
                {
                    return;
                }
            }

            var last = isOpen ? end : body + size;
            if (id is 0x1F43B675 && isOpen)
            {
                return;
            }

            Take(id, body, last, depth);
            at = last;
        }
    }

    private void Take(long id, long body, long end, int depth)
    {
        switch (id)
        {
            case 0x1A45DFA3 or 0x18538067 or 0x1549A966 or 0x1654AE6B or 0xAE or 0xE0 when depth < DeepestElement:
                Walk(body, end, depth + 1);
                break;
            case 0x4282:
                _isWebm = bytes.Is(body, "webm"u8);
                break;
            case 0x2AD7B1:
                _nanoseconds = Unsigned(body, end) is > 0 and < 10_000_000_000 and var scale ? scale : _nanoseconds;
                break;
            case 0x4489:
                _length = Float(body, end);
                break;
            case 0x83:
                _hasVideo |= Unsigned(body, end) is 1;
                _hasAudio |= Unsigned(body, end) is 2;
                break;
            case 0xB0:
                _width = Unsigned(body, end);
                break;
            case 0xBA:
                _height = Unsigned(body, end);
                break;
        }
    }

    private double LastCluster()
    {
        var tail = new byte[(int)Math.Min(Tail, bytes.Length)];
        var from = bytes.Length - tail.Length;
        var rest = tail.AsSpan(0, bytes.ReadUpTo(from, tail));
        if (rest.LastIndexOf([(byte)0x1F, (byte)0x43, (byte)0xB6, (byte)0x75]) is not (>= 0 and var at) || Number(from + at + 4, keepMark: false) is not (not null, var sizeLength))
        {
            return 0;
        }

        var body = from + at + 4 + sizeLength;
        return bytes.BigEndian(body, 1) is 0xE7 && Number(body + 1, keepMark: false) is ({ } length and <= 8, var width) ? Unsigned(body + 1 + width, body + 1 + width + length) : 0;
    }

    private long Unsigned(long body, long end) => end - body is > 0 and <= 8 and var length ? bytes.BigEndian(body, (int)length) : 0;

    private double Float(long body, long end)
    {
        var value = (end - body) switch
        {
            4 => BitConverter.Int32BitsToSingle((int)bytes.BigEndian(body, 4)),
            8 => BitConverter.Int64BitsToDouble(bytes.BigEndian(body, 8)),
            _ => 0,
        };
        return value is > 0 and < 1e15 ? value : 0;
    }

    /// <summary>A number whose first byte says how many follow.</summary>
    private (long? Value, int Length) Number(long at, bool keepMark)
    {
        var first = bytes.BigEndian(at, 1);
        if (first <= 0)
        {
            return (null, 0);
        }

        var length = BitOperations.LeadingZeroCount((uint)first) - 23;
        var value = bytes.BigEndian(at, length);
        return value < 0 || (keepMark && length > 4) ? (null, 0) : (keepMark ? value : value & ((1L << (7 * length)) - 1), length);
    }
}
