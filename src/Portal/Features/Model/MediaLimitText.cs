using System.Globalization;
using Portal.Features.Data;

namespace Portal.Features.Model;

/// <summary>The limits of files as an admin types them, a kind a line: <c>Audio: files 1, MB 100, minutes 60, audio/wav audio/mpeg</c>.</summary>
public static class MediaLimitText
{
    private const long Megabyte = 1L << 20;

    private static readonly string[] s_words = ["files", "MB", "minutes", "pages"];

    public const string Form = "Files: write a kind a line, such as \"Audio: files 1, MB 100, minutes 60, audio/wav audio/mpeg\" or \"Document: files 4, MB 20, pages 300, application/pdf\". Each kind once; kinds are Image, Audio, Video and Document.";

    public static string Of(IReadOnlyList<MediaLimit> limits) => string.Join('\n', limits.Select(Of));

    public static string Of(MediaLimit limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"{limit.Kind}: files {limit.MaxFiles}, MB {limit.MaxBytes / Megabyte}{(limit.MaxSeconds is { } seconds ? $", minutes {seconds / 60}" : "")}{(limit.MaxPages is { } pages ? $", pages {pages}" : "")}, {string.Join(' ', limit.MimeTypes)}");

    /// <summary>Null where a line cannot be read.</summary>
    public static IReadOnlyList<MediaLimit>? Read(string text)
    {
        var limits = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ReadLine).ToList();
        return limits.Contains(null) || limits.DistinctBy(l => l?.Kind).Count() < limits.Count ? null : [.. limits.OfType<MediaLimit>()];
    }

    private static MediaLimit? ReadLine(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !Enum.TryParse<MediaKind>(line[..colon].Trim(), ignoreCase: true, out var kind) || !Enum.IsDefined(kind))
        {
            return null;
        }

        var parts = line[(colon + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var types = parts.Where(p => p.Contains('/', StringComparison.Ordinal)).SelectMany(p => p.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var (files, megabytes) = (Number(parts, "files"), Number(parts, "MB"));
        var known = parts.Count(p => p.Contains('/', StringComparison.Ordinal) || s_words.Any(w => Number([p], w) is > 0 and <= 10_000));
        return files > 0 && megabytes > 0 && types.Count > 0 && types.TrueForAll(t => t.Length <= 60) && known == parts.Length
            ? new MediaLimit(kind, files, megabytes * Megabyte, types, Number(parts, "minutes") is > 0 and var minutes ? minutes * 60 : null, Number(parts, "pages") is > 0 and var pages ? pages : null)
            : null;
    }

    private static int Number(string[] parts, string word) =>
        parts.FirstOrDefault(p => p.StartsWith(word + " ", StringComparison.OrdinalIgnoreCase)) is { } part
        && int.TryParse(part.AsSpan(word.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
