using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>
/// Squeezes an answer into the schema a caller asked for, as constrained decoding does: the result always has the shape, and is
/// only as right as the answer was.
/// </summary>
internal static partial class SchemaFit
{
    private const int Deepest = 16;

    public static string EnumValue(string answer, JsonElement schema) =>
        Choices(schema) is { Count: > 0 } choices ? Choose(answer, choices) : answer;

    public static JsonNode? Fit(string answer, JsonElement schema)
    {
        JsonNode? given = null;
        try
        {
            given = JsonNode.Parse(answer);
        }
        catch (JsonException)
        {
            // Then it is plain text, and goes wherever the schema has room for text.
        }

        return Fit(given, answer, schema, depth: 0);
    }

    private static JsonNode? Fit(JsonNode? given, string answer, JsonElement schema, int depth)
    {
        if (depth > Deepest || schema.ValueKind != JsonValueKind.Object)
        {
            return given?.DeepClone() ?? answer;
        }

        var text = given is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : given?.ToJsonString() ?? answer;
        return TypeOf(schema) switch
        {
            "OBJECT" => Object(given as JsonObject, answer, schema, depth),
            "ARRAY" => Array(given, answer, schema, depth),
            "NUMBER" => double.TryParse(FirstNumber(text), CultureInfo.InvariantCulture, out var number) ? number : 0,
            "INTEGER" => double.TryParse(FirstNumber(text), CultureInfo.InvariantCulture, out var number) ? (long)number : 0,
            "BOOLEAN" => Affirmative().IsMatch(text),
            "NULL" => null,
            _ => Choices(schema) is { Count: > 0 } choices ? Choose(text, choices) : text,
        };
    }

    private static JsonObject Object(JsonObject? given, string answer, JsonElement schema, int depth)
    {
        var result = new JsonObject();
        if (Member(schema, "properties") is not { ValueKind: JsonValueKind.Object } properties)
        {
            return given?.DeepClone().AsObject() ?? result;
        }

        var required = Texts(Member(schema, "required"));
        foreach (var property in properties.EnumerateObject())
        {
            var part = given?[property.Name];
            // What the answer does not name gets the whole answer if it must be there, and is left out if it need not.
            if (part is not null || given is null || required.Contains(property.Name))
            {
                result[property.Name] = Fit(part, answer, property.Value, depth + 1);
            }
        }

        return result;
    }

    private static JsonArray Array(JsonNode? given, string answer, JsonElement schema, int depth)
    {
        var items = Member(schema, "items") ?? default;
        return given is JsonArray array
            ? new([.. array.Select(item => Fit(item, item?.ToString() ?? "", items, depth + 1))])
            : new(Fit(given, answer, items, depth + 1));
    }

    /// <summary>The choice that is the answer; else the longest that stands in it; else the first, as something must be chosen.</summary>
    private static string Choose(string answer, List<string> choices) =>
        choices.Find(choice => string.Equals(choice, answer.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? choices.Where(choice => answer.Contains(choice, StringComparison.OrdinalIgnoreCase)).MaxBy(choice => choice.Length)
        ?? choices[0];

    private static string TypeOf(JsonElement schema) => Member(schema, "type") switch
    {
        { ValueKind: JsonValueKind.String } type => type.GetString()!.ToUpperInvariant(),
        { ValueKind: JsonValueKind.Array } types => Texts(types).FirstOrDefault(type => type != "null", "string").ToUpperInvariant(),
        _ => Member(schema, "properties") is null ? "STRING" : "OBJECT",
    };

    private static List<string> Choices(JsonElement schema) => Texts(Member(schema, "enum"));

    private static List<string> Texts(JsonElement? array) => array is { ValueKind: JsonValueKind.Array } items
        ? [.. items.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
        : [];

    private static JsonElement? Member(JsonElement owner, string name) =>
        owner.ValueKind == JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;

    private static string FirstNumber(string text) => Number().Match(text).Value;

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\W*(true|yes)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Affirmative();
}
