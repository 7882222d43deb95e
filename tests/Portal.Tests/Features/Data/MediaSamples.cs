using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Portal.Tests.Features.Data;

/// <summary>Small files of every kind that is known, made in code.</summary>
internal static class MediaSamples
{
    /// <summary>Sixteen bits, one channel, 8,000 samples a second.</summary>
    public static byte[] Wav(double hertz, double seconds = 1, int seed = 0)
    {
        var samples = (int)(8_000 * seconds);
        var wav = new byte[44 + (samples * 2)];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), 8_000);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), 16_000);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples * 2);
        for (var i = 0; i < samples; i++)
        {
            BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(44 + (i * 2)), (short)(8_000 * Math.Sin((2 * Math.PI * hertz * i / 8_000) + seed)));
        }

        return wav;
    }

    public static byte[] Png(int width, int height, int seed = 0) =>
        [0x89, .. "PNG\r\n\x1a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. Big(width), .. Big(height), 8, 2, 0, 0, 0, .. Big(seed)];

    public static byte[] Jpeg(int width, int height) =>
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 16, .. "JFIF\0"u8, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0xFF, 0xC0, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0, 0xFF, 0xD9];

    public static byte[] Gif(int width, int height) => [.. "GIF89a"u8, (byte)width, (byte)(width >> 8), (byte)height, (byte)(height >> 8), 0, 0, 0, 0x3B];

    public static byte[] Webp(int width, int height) =>
        [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, .. Little3(width - 1), .. Little3(height - 1)];

    public static byte[] Flac(int rate, long samples)
    {
        var packed = ((ulong)rate << 44) | (0UL << 41) | (15UL << 36) | (ulong)samples;
        return [.. "fLaC"u8, 0x80, 0, 0, 34, 16, 0, 16, 0, 0, 0, 0, 0, 0, 0, .. Big8(packed), .. new byte[16]];
    }

    public static byte[] Opus(int seconds) =>
    [
        .. "OggS"u8, 0, 2, .. new byte[8], 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 19, .. "OpusHead"u8, 1, 1, 0, 0, 0x80, 0xBB, 0, 0, 0, 0, 0,
        .. "OggS"u8, 0, 4, .. Little8((ulong)seconds * 48_000), 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    /// <summary>Frames of 128 kbit/s at 44,100 samples: 417 bytes, 26 ms each.</summary>
    public static byte[] Mp3(int frames) => [.. "ID3"u8, 3, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4, 5, .. Enumerable.Repeat<byte[]>([0xFF, 0xFB, 0x90, 0xC0, .. new byte[413]], frames).SelectMany(f => f)];

    public static byte[] Mp4(string brand, int seconds, bool hasVideo)
    {
        byte[] mvhd = [0, 0, 0, 0, .. new byte[8], .. Big(1_000), .. Big(seconds * 1_000), .. new byte[80]];
        byte[] tkhd = [.. new byte[76], .. Big((hasVideo ? 640 : 0) << 16), .. Big((hasVideo ? 480 : 0) << 16)];
        byte[] hdlr = [.. new byte[8], .. Encoding.ASCII.GetBytes(hasVideo ? "vide" : "soun"), .. new byte[13]];
        return [.. Box("ftyp", [.. Encoding.ASCII.GetBytes(brand), .. new byte[4]]), .. Box("moov", [.. Box("mvhd", mvhd), .. Box("trak", [.. Box("tkhd", tkhd), .. Box("mdia", Box("hdlr", hdlr))])]), .. Box("mdat", new byte[64])];
    }

    public static byte[] Webm(int milliseconds, bool hasVideo) =>
    [
        .. Element([0x1A, 0x45, 0xDF, 0xA3], Element([0x42, 0x82], "webm"u8.ToArray())),
        .. Element([0x18, 0x53, 0x80, 0x67],
        [
            .. Element([0x15, 0x49, 0xA9, 0x66], [.. Element([0x2A, 0xD7, 0xB1], [0x0F, 0x42, 0x40]), .. Element([0x44, 0x89], Float(milliseconds))]),
            .. Element([0x16, 0x54, 0xAE, 0x6B], Element([0xAE], Element([0x83], [(byte)(hasVideo ? 1 : 2)]))),
        ]),
    ];

    public static byte[] Pdf(int pages, bool isPacked = false)
    {
        var objects = string.Concat(Enumerable.Range(1, pages).Select(i => $"<< /Type /Page /Parent 1 0 R /N {i} >>\n"));
        if (!isPacked)
        {
            return Encoding.ASCII.GetBytes($"%PDF-1.4\n<< /Type /Pages /Count {pages} >>\n{objects}%%EOF");
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            zlib.Write(Encoding.ASCII.GetBytes(objects));
        }

        return [.. Encoding.ASCII.GetBytes($"%PDF-1.5\n4 0 obj << /Type /ObjStm /Length {packed.Length} >>\nstream\n"), .. packed.ToArray(), .. "\nendstream\n%%EOF"u8];
    }

    private static byte[] Box(string type, byte[] body) => [.. Big(body.Length + 8), .. Encoding.ASCII.GetBytes(type), .. body];

    private static byte[] Element(byte[] id, byte[] body) => [.. id, 0x40 | 0, (byte)body.Length, .. body];

    private static byte[] Float(double value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteDoubleBigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Big(int value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Big8(ulong value) => [.. Big((int)(value >> 32)), .. Big((int)value)];

    private static byte[] Little3(int value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16)];

    private static byte[] Little8(ulong value) => [.. Enumerable.Range(0, 8).Select(i => (byte)(value >> (8 * i)))];
}
