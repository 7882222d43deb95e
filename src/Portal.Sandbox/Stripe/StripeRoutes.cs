using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

internal delegate JsonObject StripeHandler(StripeCall call);

/// <summary>Which handler answers which address; a star stands for an id.</summary>
internal sealed class StripeRoutes
{
    private const string RefusedMark = "_refused";

    private readonly List<(string Method, string[] Pattern, StripeHandler Handler)> _routes = [];

    // Every call to the sandbox is asked whether it is Stripe's, so this is a look into a set.
    private readonly HashSet<string> _firsts = new(StringComparer.Ordinal);

    public void Get(string pattern, StripeHandler handler) => Add("GET", pattern, handler);

    /// <summary>One of a kind by its id, and the whole of it.</summary>
    public void One(string pattern, string kind) => Get(pattern, call => call.Only().Session.Get(kind, call.Id).Shown());

    public void Post(string pattern, StripeHandler handler) => Add("POST", pattern, handler);

    public void Delete(string pattern, StripeHandler handler) => Add("DELETE", pattern, handler);

    public StripeHandler? Find(string method, string path, out IReadOnlyList<string> ids)
    {
        var segments = path.Trim('/').Split('/');
        foreach (var (wanted, pattern, handler) in _routes)
        {
            // A fixed word is listed before the star that would take it for an id.
            if (wanted == method && pattern.Length == segments.Length && pattern.Zip(segments).All(p => p.First is "*" || p.First == p.Second))
            {
                ids = [.. pattern.Zip(segments).Where(p => p.First is "*").Select(p => p.Second)];
                return handler;
            }
        }

        ids = [];
        return null;
    }

    /// <summary>Whether some route begins as this path does after its version.</summary>
    public bool Knows(ReadOnlySpan<char> path)
    {
        var rest = path.TrimStart('/');
        rest = rest[(rest.IndexOf('/') + 1)..];
        return _firsts.GetAlternateLookup<ReadOnlySpan<char>>().Contains(rest.IndexOf('/') is >= 0 and var end ? rest[..end] : rest);
    }

    /// <summary>An answer that refuses and yet keeps what was changed.</summary>
    public static JsonObject Kept(StripeRefusal refusal, string? requestId) => new() { [RefusedMark] = refusal.ToJson(requestId), ["status"] = refusal.Status };

    public static (int Status, JsonObject Body) Open(JsonObject answer) =>
        answer[RefusedMark] is JsonObject refused ? ((int)answer.Long("status"), refused.Copy()) : (200, answer);

    private void Add(string method, string pattern, StripeHandler handler)
    {
        var parts = Split(pattern);
        _routes.Add((method, parts, handler));
        _firsts.Add(parts[1]);
    }

    private static string[] Split(string pattern) => (pattern.StartsWith("v2/", StringComparison.Ordinal) ? pattern : "v1/" + pattern).Split('/');
}
