namespace Portal.Features.Data;

/// <summary>How long a sound plays, by its header and, where that is silent, by its last page.</summary>
internal static class SoundReader
{
    private const int MostChunks = 1_000;
    private const int OggTail = 1 << 17;

    public static MediaFacts Wav(MediaBytes bytes)
    {
        long at = 12, perSecond = 0;
        for (var chunk = 0; chunk < MostChunks && bytes.LittleEndian(at + 4, 4) is >= 0 and var length; chunk++)
        {
            if (bytes.Is(at, "fmt "u8))
            {
                perSecond = bytes.LittleEndian(at + 16, 4);
            }
            else if (bytes.Is(at, "data"u8))
            {
                // A recorder that was cut off, or streamed, says too much or nothing.
                var there = bytes.Length - at - 8;
                return Of("audio/wav", "WAV", perSecond > 0 ? 1_000.0 * (length is 0 ? there : Math.Min(length, there)) / perSecond : 0);
            }

            at += 8 + length + (length & 1);
        }

        return Of("audio/wav", "WAV", 0);
    }

    public static MediaFacts Flac(MediaBytes bytes)
    {
        // Sample rate in 20 bits, channels and width in 8, samples in 36.
        var (rate, low) = (bytes.BigEndian(18, 3) >> 4, bytes.BigEndian(21, 5));
        var samples = low >= 0 ? low & 0xF_FFFF_FFFF : 0;
        return Of("audio/flac", "FLAC", rate > 0 && samples > 0 ? 1_000.0 * samples / rate : 0);
    }

    public static MediaFacts Ogg(MediaBytes bytes)
    {
        var segments = bytes.BigEndian(26, 1);
        var packet = 27 + Math.Max(0, segments);
        if (bytes.Is(packet + 1, "theora"u8))
        {
            return new MediaFacts(MediaKind.Video, "video/ogg", "Ogg Theora");
        }

        var isOpus = bytes.Is(packet, "OpusHead"u8);
        var rate = isOpus ? 48_000 : bytes.Is(packet + 1, "vorbis"u8) ? bytes.LittleEndian(packet + 12, 4) : 0;
        var skipped = isOpus ? Math.Max(0, bytes.LittleEndian(packet + 10, 2)) : 0;
        return Of("audio/ogg", isOpus ? "Ogg Opus" : "Ogg", rate > 0 ? 1_000.0 * (LastGranule(bytes) - skipped) / rate : 0);
    }

    /// <summary>The position that the last page ends at, in samples.</summary>
    private static long LastGranule(MediaBytes bytes)
    {
        var tail = new byte[(int)Math.Min(OggTail, bytes.Length)];
        var from = bytes.Length - tail.Length;
        var rest = tail.AsSpan(0, bytes.ReadUpTo(from, tail));
        while (rest.LastIndexOf("OggS"u8) is >= 0 and var at)
        {
            if (bytes.LittleEndian(from + at + 6, 8) is > 0 and var granule)
            {
                return granule;
            }

            rest = rest[..at];
        }

        return 0;
    }

    internal static MediaFacts Of(string mimeType, string container, double milliseconds) =>
        new(MediaKind.Audio, mimeType, container) { Milliseconds = milliseconds is >= 1 and < 1e12 ? (long)milliseconds : null };
}
