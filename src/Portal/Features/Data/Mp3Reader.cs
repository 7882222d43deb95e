namespace Portal.Features.Data;

/// <summary>MPEG audio has no header of its own: its first frame says how it goes on, or holds a note of how many follow.</summary>
internal static class Mp3Reader
{
    private const int SearchedBytes = 1 << 16;

    /// <summary>Frames whose mean stands for the rest where none says how many there are.</summary>
    private const int MeasuredFrames = 400;

    private static readonly int[] s_rates = [44_100, 48_000, 32_000];

    /// <summary>Kilobits a second: MPEG 1 layer III, then MPEG 2 and 2.5 layer III.</summary>
    private static readonly int[][] s_bits =
    [
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];

    /// <summary>Null where no two frames follow each other: then it is no MPEG audio.</summary>
    public static MediaFacts? Read(MediaBytes bytes)
    {
        long start = 0;
        if (bytes.Is(0, "ID3"u8))
        {
            var size = bytes.BigEndian(6, 4);
            start = 10 + ((size & 0x7F) | ((size >> 1) & 0x3F80) | ((size >> 2) & 0x1F_C000) | ((size >> 3) & 0xFE0_0000));
        }

        if (FirstFrame(bytes, start) is not { } first)
        {
            return null;
        }

        var (at, frame) = first;
        var noted = Noted(bytes, at, frame);
        return SoundReader.Of("audio/mpeg", "MP3", noted > 0 ? 1_000.0 * noted * frame.Samples / frame.Rate : Measured(bytes, at));
    }

    private static (long At, Frame Frame)? FirstFrame(MediaBytes bytes, long start)
    {
        var searched = new byte[(int)Math.Clamp(bytes.Length - start, 0, SearchedBytes)];
        var there = searched.AsSpan(0, bytes.ReadUpTo(start, searched));
        for (var i = 0; i + 4 <= there.Length; i++)
        {
            if (there[i] is 0xFF && FrameAt(bytes, start + i) is { } frame && FrameAt(bytes, start + i + frame.Length) is not null)
            {
                return (start + i, frame);
            }
        }

        return null;
    }

    private static Frame? FrameAt(MediaBytes bytes, long at)
    {
        var header = bytes.BigEndian(at, 4);
        if (header < 0 || header >> 21 is not 0x7FF || ((header >> 17) & 3) is not 1)
        {
            return null;
        }

        var (version, bits, rate) = ((int)(header >> 19) & 3, (int)(header >> 12) & 15, (int)(header >> 10) & 3);
        if (version is 1 || bits is 0 or 15 || rate is 3)
        {
            return null;
        }

        var isFirst = version is 3;
        var hertz = s_rates[rate] >> (isFirst ? 0 : version is 2 ? 1 : 2);
        var samples = isFirst ? 1_152 : 576;
        var length = (samples / 8 * s_bits[isFirst ? 0 : 1][bits] * 1_000 / hertz) + ((int)(header >> 9) & 1);
        return new Frame(length, hertz, samples, (header & 0xC0) is 0xC0, isFirst);
    }

    /// <summary>How many frames a Xing, Info or VBRI note counts; 0 without one.</summary>
    private static long Noted(MediaBytes bytes, long at, Frame frame)
    {
        var xing = at + 4 + (frame.IsFirst ? (frame.IsMono ? 17 : 32) : frame.IsMono ? 9 : 17);
        if ((bytes.Is(xing, "Xing"u8) || bytes.Is(xing, "Info"u8)) && (bytes.BigEndian(xing + 4, 4) & 1) is 1)
        {
            return bytes.BigEndian(xing + 8, 4);
        }

        return bytes.Is(at + 36, "VBRI"u8) ? bytes.BigEndian(at + 50, 4) : 0;
    }

    private static double Measured(MediaBytes bytes, long start)
    {
        var (at, seconds) = (start, 0.0);
        for (var i = 0; i < MeasuredFrames && FrameAt(bytes, at) is { } frame; i++)
        {
            seconds += (double)frame.Samples / frame.Rate;
            at += frame.Length;
        }

        return at > start ? 1_000.0 * seconds * (bytes.Length - start) / (at - start) : 0;
    }

    private readonly record struct Frame(int Length, int Rate, int Samples, bool IsMono, bool IsFirst);
}
