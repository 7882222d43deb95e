using Microsoft.AspNetCore.Http.Features;

namespace Portal.Sandbox.Storage;

/// <summary>
/// A call to Cloud Storage, with its path taken from the raw request line: an object's name may hold anything, so each segment
/// is percent-decoded exactly once, which the decoded path of the server cannot give back.
/// </summary>
internal sealed record StorageCall(HttpContext Http, bool IsUpload, IReadOnlyList<string> Path)
{
    private static readonly (string Prefix, bool IsUpload)[] s_roots =
    [
        ("/upload/storage/v1/", true), ("/resumable/upload/storage/v1/", true), ("/storage/v1/", false), ("/download/storage/v1/", false), ("/", false),
    ];

    public HttpRequest Request => Http.Request;

    public IQueryCollection Query => Http.Request.Query;

    public CancellationToken Aborted => Http.RequestAborted;

    public string Address => $"{Http.Request.Scheme}://{Http.Request.Host}";

    public string Bucket => Path[1];

    public string Object => Path[3];

    public static StorageCall? From(HttpContext http)
    {
        var path = RawPath(http);
        foreach (var (prefix, isUpload) in s_roots)
        {
            if (path.StartsWith(prefix, StringComparison.Ordinal))
            {
                var segments = path[prefix.Length..].TrimEnd('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
                return segments[0] == "b" && Array.TrueForAll(segments, segment => segment.Length > 0) ? new(http, isUpload, segments) : null;
            }
        }

        return null;
    }

    private static string RawPath(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        if (!target.StartsWith('/'))
        {
            target = Uri.TryCreate(target, UriKind.Absolute, out var absolute) ? absolute.AbsolutePath : "/";
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }
}
