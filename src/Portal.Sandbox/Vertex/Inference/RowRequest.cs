using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Sandbox.Learner;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>
/// A call for several rows: a schema of an array of objects with a text that goes in and one that comes out, and examples of such rows in the
/// prompt. A large model writes new ones; the small one here varies those it is shown.
/// </summary>
internal static class RowRequest
{
    private const int MostRows = 50;

    /// <summary>The rows as JSON; null where the call asks for something else.</summary>
    public static string? Write(VertexGenerateContentRequest request)
    {
        if (request.GenerationConfig is not { ResponseMimeType: "application/json", ResponseSchema: { } schema } config || Shape(schema) is not { } shape)
        {
            return null;
        }

        var prompt = string.Join('\n', request.Contents.Where(c => c.Role is not VertexContent.ModelRole).Select(PromptText.Of));
        var (examples, _) = ExampleReader.Read(prompt);
        if (examples.Count is 0)
        {
            return null;
        }

        var seed = (ulong)(config.Seed ?? 0) + (config.Temperature is 0 ? 0UL : (ulong)prompt.Length);
        var rows = ExampleWriter.Write(examples, shape.Rows, seed);
        return new JsonArray([.. rows.Select(r => new JsonObject { [shape.Input] = r.Input, [shape.Output] = SchemaFit.EnumValue(r.Output, shape.Allowed) })]).ToJsonString(VertexJson.Options);
    }

    private static RowShape? Shape(JsonElement schema)
    {
        if (!IsOf(schema, "ARRAY") || !schema.TryGetProperty("minItems", out var least) || !least.TryGetInt32(out var rows) || rows < 1
            || !schema.TryGetProperty("items", out var items) || !IsOf(items, "OBJECT") || !items.TryGetProperty("properties", out var properties))
        {
            return null;
        }

        var texts = properties.EnumerateObject().Where(p => IsOf(p.Value, "STRING")).ToList();
        var input = texts.Find(p => PromptField.Of(p.Name + ":").Role is PromptField.Kind.Input);
        var output = texts.Find(p => PromptField.Of(p.Name + ":").Role is PromptField.Kind.Output);
        return input.Value.ValueKind is JsonValueKind.Undefined || output.Value.ValueKind is JsonValueKind.Undefined ? null : new RowShape(Math.Min(rows, MostRows), input.Name, output.Name, output.Value);
    }

    private static bool IsOf(JsonElement schema, string type) =>
        schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty("type", out var named) && named.ValueKind is JsonValueKind.String && string.Equals(named.GetString(), type, StringComparison.OrdinalIgnoreCase);

    private sealed record RowShape(int Rows, string Input, string Output, JsonElement Allowed);
}
