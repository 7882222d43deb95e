using Portal.Components;

namespace Portal.Features.Data;

public static class MediaWords
{
    public static string Of(MediaKind kind) => kind switch
    {
        MediaKind.Image => "a picture",
        MediaKind.Audio => "audio",
        MediaKind.Video => "video",
        _ => "a document",
    };

    public static string Files(MediaKind kind, int count) => (kind, count) switch
    {
        (MediaKind.Image, 1) => "picture",
        (MediaKind.Image, _) => "pictures",
        (MediaKind.Audio, 1) => "recording",
        (MediaKind.Audio, _) => "recordings",
        (MediaKind.Video, 1) => "video",
        (MediaKind.Video, _) => "videos",
        (_, 1) => "document",
        _ => "documents",
    };

    /// <summary>What it is and how much of it there is, where the file itself is not shown.</summary>
    public static string Brief(ShownMedia media) => string.Join(" · ", [Files(media.Kind, 1), .. ExtentOf(media)]);

    /// <summary>Size and length, or dimensions, or pages.</summary>
    public static string Of(ShownMedia media) => string.Join(" · ", [.. ExtentOf(media), Show.Bytes(media.Length)]);

    private static IEnumerable<string> ExtentOf(ShownMedia media) => new[]
    {
        media is { Width: { } width, Height: { } height } ? $"{width:N0} × {height:N0}" : "",
        media.Milliseconds is { } plays ? Show.Duration(TimeSpan.FromMilliseconds(plays)) : "",
        media.Pages is { } pages ? (pages is 1 ? "1 page" : $"{pages:N0} pages") : "",
    }.Where(part => part is not "");
}
