using System.Text;
using UtfUnknown;

namespace Portal.Features.Data;

/// <summary>Finds out how a file's bytes mean text: a mark at its beginning, then proof of UTF-8, then evidence.</summary>
internal static class TextEncoding
{
    public const string Utf8 = "utf-8";
    public const string Utf16 = "utf-16";
    public const string Utf16BigEndian = "utf-16BE";
    public const string Windows1252 = "windows-1252";

    static TextEncoding() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>What can be chosen on the screen.</summary>
    public static IReadOnlyList<string> Offered { get; } = [Utf8, Windows1252, Utf16, Utf16BigEndian, "iso-8859-2", "windows-1251", "shift_jis", "gb18030"];

    /// <summary>Bytes that mean nothing in the encoding become U+FFFD, which the import then finds.</summary>
    public static Encoding Get(string name)
    {
        try
        {
            return Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            throw new PortalException($"The text encoding \"{name}\" is not known here. Pick another one.");
        }
    }

    public static string Detect(Func<Stream> open, ReadOnlySpan<byte> head)
    {
        switch (head)
        {
            case [0xEF, 0xBB, 0xBF, ..]: return Utf8;
            case [0xFF, 0xFE, 0, 0, ..]: return "utf-32";
            case [0xFF, 0xFE, ..]: return Utf16;
            case [0xFE, 0xFF, ..]: return Utf16BigEndian;
        }

        if (WithoutMark(head) is { } wide)
        {
            return wide;
        }

        using var content = open();
        return EncodingEvidence.Of(content) switch
        {
            { IsUtf8: true } => Utf8,
            { LooksWestern: true } => Windows1252,
            var evidence => CharsetDetector.DetectFromBytes(evidence.Sample).Detected is { Confidence: > 0.2f, Encoding: { } encoding }
                && encoding.WebName is not ("us-ascii" or "utf-8" or "iso-8859-1") ? encoding.WebName : Windows1252,
        };
    }

    /// <summary>UTF-16 without a mark: Latin text in it has a zero in every other byte.</summary>
    private static string? WithoutMark(ReadOnlySpan<byte> head)
    {
        int even = 0, odd = 0, pairs = head.Length / 2;
        for (var i = 0; i < pairs; i++)
        {
            even += head[2 * i] is 0 ? 1 : 0;
            odd += head[(2 * i) + 1] is 0 ? 1 : 0;
        }

        return pairs < 2 ? null : odd > pairs * 0.7 && even < pairs * 0.1 ? Utf16 : even > pairs * 0.7 && odd < pairs * 0.1 ? Utf16BigEndian : null;
    }
}
