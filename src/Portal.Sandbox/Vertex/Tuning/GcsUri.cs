using System.Diagnostics.CodeAnalysis;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary><c>gs://bucket/object</c>.</summary>
internal static class GcsUri
{
    private const string Scheme = "gs://";

    public static bool TryParse(string uri, [NotNullWhen(true)] out string? bucket, [NotNullWhen(true)] out string? name)
    {
        (bucket, name) = (null, null);
        var slash = uri.StartsWith(Scheme, StringComparison.Ordinal) ? uri.IndexOf('/', Scheme.Length) : -1;
        if (slash <= Scheme.Length || slash == uri.Length - 1)
        {
            return false;
        }

        (bucket, name) = (uri[Scheme.Length..slash], uri[(slash + 1)..]);
        return true;
    }
}
