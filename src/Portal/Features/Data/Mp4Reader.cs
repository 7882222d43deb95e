namespace Portal.Features.Data;

/// <summary>The boxes of an MP4, M4A or QuickTime file: what tracks it has, how large and how long they are.</summary>
internal sealed class Mp4Reader(MediaBytes bytes)
{
    private const int MostBoxes = 10_000;
    private const int DeepestBox = 5;

    private int _boxes;
    private bool _hasVideo;
    private bool _hasAudio;
    private long _scale;
    private double _seconds;
    private long _width;
    private long _height;

    public MediaFacts Read()
    {
        Walk(0, bytes.Length, 0);
        long? milliseconds = _seconds is > 0 and < 1e9 ? Math.Max(1, (long)(_seconds * 1_000)) : null;
        if (!_hasVideo && (_hasAudio || bytes.Is(8, "M4A "u8)))
        {
            return new MediaFacts(MediaKind.Audio, "audio/mp4", "M4A") { Milliseconds = milliseconds };
        }

        var isQuickTime = bytes.Is(8, "qt  "u8);
        return new MediaFacts(MediaKind.Video, isQuickTime ? "video/mov" : "video/mp4", isQuickTime ? "QuickTime" : "MP4")
        {
            Milliseconds = _hasVideo ? milliseconds : null,
            Width = _width is > 0 and < 100_000 ? (int)_width : null,
            Height = _height is > 0 and < 100_000 ? (int)_height : null,
        };
    }

    private void Walk(long at, long end, int depth)
    {
        Span<byte> header = stackalloc byte[8];
        while (at + 8 <= end && ++_boxes < MostBoxes)
        {
            if (!bytes.Read(at, header))
            {
                return;
            }

            var (size, body) = (bytes.BigEndian(at, 4), at + 8);
            if (size is 1)
            {
                (size, body) = (bytes.BigEndian(at + 8, 8), at + 16);
            }
            else if (size is 0)
            {
                size = end - at;
            }

            if (size < body - at || size > end - at)
            {
                return;
            }

            Take(header[4..], body, at + size, depth);
            at += size;
        }
    }

    private void Take(ReadOnlySpan<byte> type, long body, long end, int depth)
    {
        if (type.SequenceEqual("mvhd"u8) || type.SequenceEqual("mehd"u8))
        {
            TakeLength(type.SequenceEqual("mehd"u8), body);
        }
        else if (type.SequenceEqual("hdlr"u8))
        {
            _hasVideo |= bytes.Is(body + 8, "vide"u8);
            _hasAudio |= bytes.Is(body + 8, "soun"u8);
        }
        else if (type.SequenceEqual("tkhd"u8) && end - body >= 84)
        {
            // The last eight bytes, in halves of sixteen bits before and after the point.
            (_width, _height) = (Math.Max(_width, bytes.BigEndian(end - 8, 2)), Math.Max(_height, bytes.BigEndian(end - 4, 2)));
        }
        else if (depth < DeepestBox && (type.SequenceEqual("moov"u8) || type.SequenceEqual("trak"u8) || type.SequenceEqual("mdia"u8) || type.SequenceEqual("mvex"u8)))
        {
            Walk(body, end, depth + 1);
        }
    }

    private void TakeLength(bool isFragmented, long body)
    {
        var isLong = bytes.BigEndian(body, 1) is 1;
        if (!isFragmented)
        {
            _scale = bytes.BigEndian(body + (isLong ? 20 : 12), 4);
        }

        var length = isFragmented ? bytes.BigEndian(body + 4, isLong ? 8 : 4) : bytes.BigEndian(body + (isLong ? 24 : 16), isLong ? 8 : 4);
        if (_scale > 0 && length is > 0 and not 0xFFFF_FFFF)
        {
            _seconds = Math.Max(_seconds, (double)length / _scale);
        }
    }
}
