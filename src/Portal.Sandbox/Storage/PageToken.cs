using System.Text;

namespace Portal.Sandbox.Storage;

/// <summary>Where a listing goes on: the last name it gave, in base64 because clients must not look into it.</summary>
internal static class PageToken
{
    private const int LargestPage = 1000;

    public static string Write(string last) => Convert.ToBase64String(Encoding.UTF8.GetBytes(last));

    public static string? Read(IQueryCollection query)
    {
        if ((string?)query["pageToken"] is not { Length: > 0 } token)
        {
            return null;
        }

        var bytes = new byte[token.Length];
        return Convert.TryFromBase64String(token, bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : throw StorageException.Invalid("Invalid page token.");
    }

    public static int Size(IQueryCollection query) => Preconditions.Number(query, "maxResults") switch
    {
        null or > LargestPage => LargestPage,
        0 => throw StorageException.Invalid("Invalid value for maxResults: it must be positive."),
        var size => (int)size,
    };
}
