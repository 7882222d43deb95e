using System.Globalization;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Storage;

/// <summary>The <c>Content-Range</c> of an upload, with the spellings that clients use: <c>a-b/T</c>, <c>a-b/*</c>, <c>a-*/*</c>, <c>*/T</c>, <c>*/*</c>.</summary>
internal sealed partial record ContentRange(long? First, long? Last, long? Total)
{
    public bool IsStatusQuery => First is null;

    /// <summary>Whether the object is whole once these bytes are in.</summary>
    public bool EndsObject => !IsStatusQuery && (Last is null || (Total is { } total && Last == total - 1));

    public static ContentRange From(HttpRequest request)
    {
        var text = request.Headers.ContentRange.ToString();
        if (text.Length == 0)
        {
            return new(0, null, request.ContentLength);
        }

        var match = Pattern().Match(text);
        if (!match.Success)
        {
            throw StorageException.Invalid($"Invalid Content-Range header: {text}");
        }

        var range = new ContentRange(Number(match.Groups["first"]), Number(match.Groups["last"]), Number(match.Groups["total"]));
        return range is { First: { } first, Last: { } last } && (last < first || last >= (range.Total ?? long.MaxValue))
            ? throw StorageException.Invalid($"Invalid Content-Range header: {text}")
            : range;
    }

    [GeneratedRegex(@"^bytes (?:\*|(?<first>\d{1,15})-(?:(?<last>\d{1,15})|\*))/(?:(?<total>\d{1,15})|\*)$")]
    private static partial Regex Pattern();

    private static long? Number(Group group) => group.Success ? long.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : null;
}
