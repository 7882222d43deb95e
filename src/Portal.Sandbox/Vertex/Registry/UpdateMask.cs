using System.Text.Json;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>Which fields a patch means: those the mask names, or without one those that the body fills, which is what Google's JavaScript library relies on.</summary>
internal sealed class UpdateMask
{
    private readonly HashSet<string>? _named;

    private UpdateMask(HashSet<string>? named) => _named = named;

    public static UpdateMask From(HttpContext http, params string[] allowed)
    {
        var text = (string?)http.Request.Query["updateMask"] ?? (string?)http.Request.Query["update_mask"];
        if (string.IsNullOrEmpty(text))
        {
            return new(null);
        }

        var spellings = allowed.Concat(allowed.Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)).Distinct()
            .ToDictionary(spelling => spelling, spelling => CamelCase(spelling));
        var named = text.Split(',').Select(name => spellings.TryGetValue(name.Trim(), out var field)
            ? field
            : throw Refusal.Invalid($"Invalid update mask: the field \"{name}\" cannot be updated.")).ToHashSet();
        return new(named);
    }

    private static string CamelCase(string name) =>
        string.Concat(name.Split('_').Select((word, index) => index == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    public T Pick<T>(string field, T given, T current, bool isFilled) => (_named?.Contains(field) ?? isFilled) ? given : current;

    public string Pick(string field, string given, string current) => Pick(field, given, current, given.Length > 0);
}
