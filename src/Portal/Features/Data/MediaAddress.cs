using System.Buffers;

namespace Portal.Features.Data;

/// <summary>
/// How rows name files. In what is stored it is the hash with the name that people know it by, <c>media:3f2a…/visit-17.wav</c>; in a file
/// that is uploaded it is a path in the archive. Anything that leads elsewhere is an address, and nothing is ever fetched from one.
/// </summary>
internal static class MediaAddress
{
    public const string Scheme = "media:";

    /// <summary>As it stands in a stored row, where no text can look like it: its quotes would be escaped.</summary>
    public const string Mark = "\"fileUri\":\"media:";

    /// <summary>Where a download has its files, each in a folder of its hash.</summary>
    private const string Folder = "media/";

    private const int HashLength = 64;
    private const int LongestName = 120;
    private const int LongestPath = 1_000;

    private static readonly SearchValues<char> s_hash = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> s_scheme = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    public static string Of(string sha256, string name) => $"{Scheme}{sha256}/{ShortName(name)}";

    /// <summary>The hash and the name; null for anything else.</summary>
    public static (string Sha256, string Name)? Parse(string uri) =>
        uri.StartsWith(Scheme, StringComparison.Ordinal) && uri.Length > Scheme.Length + HashLength + 1 && uri[Scheme.Length + HashLength] is '/'
        && uri.AsSpan(Scheme.Length, HashLength).IndexOfAnyExcept(s_hash) < 0 && !uri[(Scheme.Length + HashLength + 1)..].Contains('/', StringComparison.Ordinal)
            ? (uri.Substring(Scheme.Length, HashLength), uri[(Scheme.Length + HashLength + 1)..])
            : null;

    /// <summary>The path of a file beside a downloaded table.</summary>
    public static string InArchive(string sha256, string name) => $"{Folder}{sha256}/{name}";

    /// <summary>A stored row as it stands in a downloaded table: its files are beside it.</summary>
    public static string? InArchive(string? content) => content?.Replace(Mark, Mark[..^Scheme.Length] + Folder, StringComparison.Ordinal);

    /// <summary>The folder of the one file that a path of a downloaded archive means, whatever the row calls it; null for any other path.</summary>
    public static string? FolderOfOne(string path)
    {
        var end = path.LastIndexOf('/');
        return end >= Folder.Length + HashLength && path.AsSpan(0, end - HashLength).EndsWith(Folder) && path.AsSpan(end - HashLength, HashLength).IndexOfAnyExcept(s_hash) < 0 ? path[..(end + 1)] : null;
    }

    /// <summary>What people call it.</summary>
    public static string NameOf(string uri) => Parse(uri) is { } kept ? kept.Name
        : uri.StartsWith("data:", StringComparison.OrdinalIgnoreCase) ? "inside the row"
        : ShortName(uri);

    /// <summary>The hashes in a stored row, each once.</summary>
    public static IReadOnlyList<string> HashesIn(string? content)
    {
        if (content is null || !content.Contains(Mark, StringComparison.Ordinal))
        {
            return [];
        }

        List<string> found = [];
        for (var at = content.IndexOf(Mark, StringComparison.Ordinal); at >= 0; at = content.IndexOf(Mark, at + 1, StringComparison.Ordinal))
        {
            var from = at + Mark.Length;
            if (from + HashLength <= content.Length && content.Substring(from, HashLength) is var hash && !found.Contains(hash))
            {
                found.Add(hash);
            }
        }

        return found;
    }

    /// <summary>Whether it leads out of the archive, be it written in clear or encoded.</summary>
    public static bool IsOutside(string text)
    {
        var plain = text;
        for (var layer = 0; layer < 3; layer++)
        {
            if (IsOutsideAsWritten(plain))
            {
                return true;
            }

            plain = Uri.UnescapeDataString(plain);
        }

        return IsOutsideAsWritten(plain);
    }

    private static bool IsOutsideAsWritten(string text)
    {
        var path = text.Trim().Replace('\\', '/');
        var colon = path.IndexOf(':', StringComparison.Ordinal);
        return path.Length > LongestPath || path.StartsWith('/') || path.Split('/').Contains("..") || path.Any(char.IsControl)
            || (colon > 0 && path.AsSpan(0, colon).IndexOfAnyExcept(s_scheme) < 0);
    }

    private static string ShortName(string path)
    {
        var name = path.Replace('\\', '/').TrimEnd('/');
        name = name[(name.LastIndexOf('/') + 1)..];
        name = name.Length > LongestName ? name[^LongestName..] : name;
        return name is "" ? "file" : name;
    }
}
