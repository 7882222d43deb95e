namespace Portal.Features.Data;

public enum MediaKind
{
    Image,
    Audio,
    Video,
    Document,
}

/// <summary>What a file is by its content; its name has no say in it.</summary>
/// <param name="Container">What it is called among people.</param>
internal sealed record MediaFacts(MediaKind Kind, string MimeType, string Container)
{
    /// <summary>Of a sound or a film.</summary>
    public long? Milliseconds { get; init; }

    public int? Width { get; init; }

    public int? Height { get; init; }

    /// <summary>Of a document.</summary>
    public int? Pages { get; init; }

    /// <summary>Why it cannot be used, where it is known and damaged; empty for a good one.</summary>
    public string Problem => this switch
    {
        { Kind: MediaKind.Image } when Width is not > 0 || Height is not > 0 => $"is a {Container} picture whose size cannot be read",
        { Kind: MediaKind.Audio or MediaKind.Video, Milliseconds: not > 0 } => $"is {Container}, and how long it plays cannot be read from it",
        { Kind: MediaKind.Document, Pages: not > 0 } => "is a PDF whose pages cannot be counted, because it is locked or damaged",
        _ => "",
    };

    /// <summary>Looks at the content alone. Null where it is none of the kinds known here.</summary>
    public static MediaFacts? Of(Stream file)
    {
        var bytes = new MediaBytes(file);
        Span<byte> head = stackalloc byte[16];
        head = head[..bytes.ReadUpTo(0, head)];
        return head switch
        {
            [0xFF, 0xD8, 0xFF, ..] => PictureReader.Jpeg(bytes),
            [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => PictureReader.Png(bytes),
            [(byte)'G', (byte)'I', (byte)'F', (byte)'8', ..] => PictureReader.Gif(bytes),
            [(byte)'%', (byte)'P', (byte)'D', (byte)'F', (byte)'-', ..] => new PdfReader(bytes).Read(),
            [(byte)'f', (byte)'L', (byte)'a', (byte)'C', ..] => SoundReader.Flac(bytes),
            [(byte)'O', (byte)'g', (byte)'g', (byte)'S', ..] => SoundReader.Ogg(bytes),
            [0x1A, 0x45, 0xDF, 0xA3, ..] => new WebmReader(bytes).Read(),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => PictureReader.Webp(bytes),
            [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'A', (byte)'V', (byte)'E', ..] => SoundReader.Wav(bytes),
            [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', ..] => new Mp4Reader(bytes).Read(),
            [(byte)'I', (byte)'D', (byte)'3', ..] => Mp3Reader.Read(bytes),
            [0xFF, >= 0xE2, ..] => Mp3Reader.Read(bytes),
            _ => null,
        };
    }
}
