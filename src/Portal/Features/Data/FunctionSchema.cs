using System.Collections.Frozen;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>A function declared as OpenAI does, written as Gemini does: types in capitals, and fewer keywords.</summary>
internal static class FunctionSchema
{
    private static readonly FrozenSet<string> s_known = new[]
    {
        "type", "format", "title", "description", "nullable", "enum", "maxItems", "minItems", "properties", "required", "minProperties", "maxProperties",
        "minLength", "maxLength", "pattern", "example", "anyOf", "propertyOrdering", "default", "items", "minimum", "maximum",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static string ToGemini(JsonElement function, ConversationLog log) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("name", function.GetProperty("name").GetString());
        if (function.TryGetProperty("description", out var description) && description.ValueKind is JsonValueKind.String)
        {
            writer.WriteString("description", description.GetString());
        }

        if (function.TryGetProperty("parameters", out var parameters) && parameters.ValueKind is JsonValueKind.Object)
        {
            writer.WritePropertyName("parameters");
            WriteSchema(writer, parameters, log);
        }

        writer.WriteEndObject();
    });

    private static void WriteSchema(Utf8JsonWriter writer, JsonElement schema, ConversationLog log)
    {
        writer.WriteStartObject();
        foreach (var property in schema.EnumerateObject())
        {
            if (!s_known.Contains(property.Name))
            {
                log.Notes |= RowNotes.SchemaSimplified;
                continue;
            }

            if (property is { Name: "type", Value.ValueKind: JsonValueKind.Array })
            {
                // Gemini says in a word of its own that nothing may be there.
                var types = property.Value.EnumerateArray().Select(t => t.ValueKind is JsonValueKind.String ? t.GetString() ?? "" : "").ToList();
                writer.WriteString("type", (types.Find(t => t is not "null") ?? "string").ToUpperInvariant());
                writer.WriteBoolean("nullable", types.Contains("null"));
                continue;
            }

            writer.WritePropertyName(property.Name);
            WriteMember(writer, property, log);
        }

        writer.WriteEndObject();
    }

    private static void WriteMember(Utf8JsonWriter writer, JsonProperty member, ConversationLog log)
    {
        switch (member.Name)
        {
            case "type" when member.Value.ValueKind is JsonValueKind.String:
                writer.WriteStringValue((member.Value.GetString() ?? "").ToUpperInvariant());
                break;
            case "properties" when member.Value.ValueKind is JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var inside in member.Value.EnumerateObject())
                {
                    writer.WritePropertyName(inside.Name);
                    WriteAny(writer, inside.Value, log);
                }

                writer.WriteEndObject();
                break;
            case "items":
                WriteAny(writer, member.Value, log);
                break;
            case "anyOf" when member.Value.ValueKind is JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var inside in member.Value.EnumerateArray())
                {
                    WriteAny(writer, inside, log);
                }

                writer.WriteEndArray();
                break;
            default:
                member.Value.WriteTo(writer);
                break;
        }
    }

    private static void WriteAny(Utf8JsonWriter writer, JsonElement value, ConversationLog log)
    {
        if (value.ValueKind is JsonValueKind.Object)
        {
            WriteSchema(writer, value, log);
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
