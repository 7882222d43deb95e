using System.Globalization;
using System.Text;

namespace Portal.Sandbox.Vertex;

/// <summary>Pages of a list, newest first; the token is the place of the last item given, so that changes in between neither repeat nor lose one.</summary>
internal static class Paging
{
    private const int DefaultSize = 100;
    private const int LargestSize = 1000;

    /// <summary>Newest first, and definite when two were made in the same moment.</summary>
    public static string NewestFirst(DateTime? createdAt, string name) => string.Create(
        CultureInfo.InvariantCulture, $"{DateTime.MaxValue.Ticks - createdAt.GetValueOrDefault().Ticks:D20}{name}");

    public static (IReadOnlyList<T> Items, string NextPageToken) Page<T>(HttpContext http, IEnumerable<T> items, Func<T, string> place)
    {
        var query = http.Request.Query;
        var size = Size(query["pageSize"]);
        var after = Decode(query["pageToken"]);
        var rest = items.Select(item => (Place: place(item), Item: item))
            .Where(entry => after is null || string.CompareOrdinal(entry.Place, after) > 0)
            .OrderBy(entry => entry.Place, StringComparer.Ordinal).Take(size + 1).ToList();
        return rest.Count > size
            ? ([.. rest.Take(size).Select(entry => entry.Item)], Convert.ToBase64String(Encoding.UTF8.GetBytes(rest[size - 1].Place)))
            : ([.. rest.Select(entry => entry.Item)], "");
    }

    private static int Size(string? text) => string.IsNullOrEmpty(text) ? DefaultSize
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) && size >= 0
            ? (size == 0 ? DefaultSize : Math.Min(size, LargestSize))
            : throw Refusal.Invalid("Invalid page size.");

    private static string? Decode(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return null;
        }

        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw Refusal.Invalid("Invalid page token.");
    }
}
