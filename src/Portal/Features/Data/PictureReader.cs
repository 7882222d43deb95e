namespace Portal.Features.Data;

/// <summary>Width and height of pictures, read from their headers.</summary>
internal static class PictureReader
{
    /// <summary>A JPEG has a few dozen segments before its picture begins.</summary>
    private const int MostSegments = 2_000;

    public static MediaFacts Png(MediaBytes bytes) => bytes.Is(12, "IHDR"u8)
        ? Of("image/png", "PNG", bytes.BigEndian(16, 4), bytes.BigEndian(20, 4))
        : Of("image/png", "PNG", 0, 0);

    public static MediaFacts Gif(MediaBytes bytes) => Of("image/gif", "GIF", bytes.LittleEndian(6, 2), bytes.LittleEndian(8, 2));

    public static MediaFacts Jpeg(MediaBytes bytes)
    {
        long at = 2;
        for (var segment = 0; segment < MostSegments; segment++)
        {
            if (bytes.BigEndian(at, 1) is not 0xFF)
            {
                break;
            }

            var marker = bytes.BigEndian(at + 1, 1);
            if (marker is 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += marker is 0xFF ? 1 : 2;
                continue;
            }

            if (marker is 0xD9 or 0xDA or < 0)
            {
                break;
            }

            // Frames, but not the tables that share their range.
            if (marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC))
            {
                return Of("image/jpeg", "JPEG", bytes.BigEndian(at + 7, 2), bytes.BigEndian(at + 5, 2));
            }

            var length = bytes.BigEndian(at + 2, 2);
            if (length < 2)
            {
                break;
            }

            at += 2 + length;
        }

        return Of("image/jpeg", "JPEG", 0, 0);
    }

    public static MediaFacts Webp(MediaBytes bytes)
    {
        var (width, height) = (0L, 0L);
        if (bytes.Is(12, "VP8X"u8))
        {
            (width, height) = (bytes.LittleEndian(24, 3) + 1, bytes.LittleEndian(27, 3) + 1);
        }
        else if (bytes.Is(12, "VP8L"u8) && bytes.BigEndian(20, 1) is 0x2F && bytes.LittleEndian(21, 4) is >= 0 and var packed)
        {
            (width, height) = ((packed & 0x3FFF) + 1, ((packed >> 14) & 0x3FFF) + 1);
        }
        else if (bytes.Is(12, "VP8 "u8) && bytes.Is(23, [0x9D, 0x01, 0x2A]))
        {
            (width, height) = (bytes.LittleEndian(26, 2) & 0x3FFF, bytes.LittleEndian(28, 2) & 0x3FFF);
        }

        return Of("image/webp", "WebP", width, height);
    }

    private static MediaFacts Of(string mimeType, string container, long width, long height) => new(MediaKind.Image, mimeType, container)
    {
        Width = width is > 0 and <= int.MaxValue ? (int)width : null,
        Height = height is > 0 and <= int.MaxValue ? (int)height : null,
    };
}
