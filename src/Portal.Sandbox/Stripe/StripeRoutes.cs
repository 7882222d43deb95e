using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

internal delegate JsonObject StripeHandler(StripeCall call);

/// <summary>Which handler answers which address; a star stands for an id.</summary>
internal sealed class StripeRoutes
{
    private const string RefusedMark = "_refused";

    private readonly List<(string Method, string[] Pattern, StripeHandler Handler)> _routes = [];

    public void Get(string pattern, StripeHandler handler) => _routes.Add(("GET", Split(pattern), handler));

    public void Post(string pattern, StripeHandler handler) => _routes.Add(("POST", Split(pattern), handler));

    public void Delete(string pattern, StripeHandler handler) => _routes.Add(("DELETE", Split(pattern), handler));

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

    public bool Knows(string path) => _routes.Exists(r => r.Pattern[1] == (path.Trim('/').Split('/') is [_, var first, ..] ? first : ""));

    /// <summary>An answer that refuses and yet keeps what was changed.</summary>
    public static JsonObject Kept(StripeRefusal refusal) => new() { [RefusedMark] = refusal.ToJson(), ["status"] = refusal.Status };

    public static (int Status, JsonObject Body) Open(JsonObject answer) =>
        answer[RefusedMark] is JsonObject refused ? ((int)answer.Long("status"), refused.Copy()) : (200, answer);

    private static string[] Split(string pattern) => (pattern.StartsWith("v2/", StringComparison.Ordinal) ? pattern : "v1/" + pattern).Split('/');
}
