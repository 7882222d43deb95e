using System.Globalization;
using System.Text.Json.Nodes;

namespace Portal.Sandbox.Stripe;

/// <summary>Short ways to read and show objects of Stripe.</summary>
internal static class StripeJson
{
    public static string? Text(this JsonObject thing, string name) => thing[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string Required(this JsonObject thing, string name) => thing.Text(name) ?? throw new InvalidDataException($"{name} is missing.");

    public static long Long(this JsonObject thing, string name) => thing.LongOrNull(name) ?? 0;

    // A number that was just written is what it was written as; one that was read is any of them.
    public static long? LongOrNull(this JsonObject thing, string name) =>
        thing[name] is not JsonValue value ? null : value.TryGetValue<long>(out var number) ? number : value.TryGetValue<int>(out var small) ? small : null;

    public static bool Flag(this JsonObject thing, string name) => thing[name] is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static JsonObject Part(this JsonObject thing, string name) => thing[name] as JsonObject ?? [];

    public static IEnumerable<JsonObject> Parts(this JsonObject thing, string name) => (thing[name] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The elements of a list inside an object.</summary>
    public static IEnumerable<JsonObject> Data(this JsonObject thing, string name) => thing.Part(name).Parts("data");

    public static JsonObject Copy(this JsonObject thing) => thing.DeepClone().AsObject();

    /// <summary>Without what the sandbox keeps for itself, which begins with an underscore.</summary>
    public static JsonObject Shown(this JsonObject thing)
    {
        var shown = new JsonObject();
        foreach (var (name, value) in thing)
        {
            if (!name.StartsWith('_'))
            {
                shown[name] = value switch
                {
                    JsonObject inner => inner.Shown(),
                    JsonArray array => new JsonArray([.. array.Select(item => item is JsonObject inner ? inner.Shown() : item?.DeepClone())]),
                    _ => value?.DeepClone(),
                };
            }
        }

        return shown;
    }

    public static JsonObject List(string url, IEnumerable<JsonObject> data, bool hasMore = false) => new()
    {
        ["object"] = "list", ["data"] = new JsonArray([.. data]), ["has_more"] = hasMore, ["url"] = url,
    };

    public static JsonObject From(string template) => JsonNode.Parse(template)?.AsObject() ?? throw new InvalidDataException("A template is no JSON object.");

    public static decimal ToDecimal(string? text) => decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
