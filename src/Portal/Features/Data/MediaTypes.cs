using System.Collections.Frozen;

namespace Portal.Features.Data;

/// <summary>The names of media types: one for each that has several, and the endings that files of it have.</summary>
internal static class MediaTypes
{
    public const string UnknownEnding = ".bin";

    private static readonly (string Type, string Ending, string[] Also)[] s_types =
    [
        ("image/jpeg", ".jpg", ["image/jpg", "image/pjpeg", ".jpeg", ".jpe"]),
        ("image/png", ".png", ["image/x-png"]),
        ("image/webp", ".webp", []),
        ("image/gif", ".gif", []),
        ("audio/wav", ".wav", ["audio/x-wav", "audio/wave", "audio/vnd.wave", ".wave"]),
        ("audio/mpeg", ".mp3", ["audio/mp3", "audio/mpga", "audio/x-mp3", ".mpga"]),
        ("audio/flac", ".flac", ["audio/x-flac"]),
        ("audio/ogg", ".ogg", ["audio/opus", "application/ogg", ".opus", ".oga"]),
        ("audio/mp4", ".m4a", ["audio/m4a", "audio/x-m4a", "audio/aac", "audio/x-aac", ".aac"]),
        ("audio/webm", ".weba", []),
        ("audio/x-matroska", ".mka", ["audio/matroska"]),
        ("video/mp4", ".mp4", ["video/x-m4v", ".m4v"]),
        ("video/mov", ".mov", ["video/quicktime", ".qt"]),
        ("video/webm", ".webm", []),
        ("video/ogg", ".ogv", []),
        ("video/x-matroska", ".mkv", ["video/matroska"]),
        ("application/pdf", ".pdf", ["application/x-pdf"]),
    ];

    private static readonly FrozenDictionary<string, string> s_byName =
        s_types.SelectMany(t => t.Also.Append(t.Type).Append(t.Ending).Select(n => (Name: n, t.Type))).ToFrozenDictionary(t => t.Name, t => t.Type, StringComparer.OrdinalIgnoreCase);

    /// <summary>The one name of a type; a type that is not known here is its own.</summary>
    public static string Of(string mimeType)
    {
        var plain = mimeType.Split(';')[0].Trim().ToLowerInvariant();
        return s_byName.GetValueOrDefault(plain, plain);
    }

    /// <summary>What a file's name says it is; empty where it says nothing.</summary>
    public static string OfName(string fileName) => s_byName.GetValueOrDefault(Path.GetExtension(fileName), "");

    /// <summary>Whether a content of one type may be called by the other: some containers hold a sound or a film.</summary>
    public static bool IsCalled(string actual, string said) => actual == said || (actual, said) is ("audio/webm", "video/webm") or ("audio/x-matroska", "video/x-matroska") or ("audio/mp4", "video/mp4") or ("video/mov", "video/mp4") or ("video/mp4", "video/mov");

    public static string EndingOf(string mimeType) => s_types.FirstOrDefault(t => t.Type == mimeType).Ending ?? UnknownEnding;

    /// <summary>As browsers know it.</summary>
    public static string ShownAs(string mimeType) => mimeType is "video/mov" ? "video/quicktime" : mimeType;
}
