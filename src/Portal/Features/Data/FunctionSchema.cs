using System.Collections.Frozen;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Functions as OpenAI declares them and as Gemini does, which writes types in capitals and knows fewer keywords.</summary>
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

    /// <summary>A declaration of Gemini's as one of OpenAI's tools.</summary>
    public static void WriteOpenAi(Utf8JsonWriter writer, string declaration)
    {
        using var document = JsonDocument.Parse(declaration);
        var function = document.RootElement;
        writer.WriteStartObject();
        writer.WriteString("type", "function");
        writer.WriteStartObject("function");
        foreach (var name in (ReadOnlySpan<string>)["name", "description"])
        {
            if (function.TryGetProperty(name, out var text))
            {
                writer.WritePropertyName(name);
                text.WriteTo(writer);
            }
        }

        if (function.TryGetProperty("parameters", out var schema) || function.TryGetProperty("parametersJsonSchema", out schema))
        {
            writer.WritePropertyName("parameters");
            WriteJsonSchema(writer, schema);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>JSON Schema writes types small, and says by a second type that nothing may be there.</summary>
    private static void WriteJsonSchema(Utf8JsonWriter writer, JsonElement schema)
    {
        if (schema.ValueKind is not JsonValueKind.Object)
        {
            schema.WriteTo(writer);
            return;
        }

        var isNullable = schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind is JsonValueKind.True
            && schema.TryGetProperty("type", out var typed) && typed.ValueKind is JsonValueKind.String;
        writer.WriteStartObject();
        foreach (var property in schema.EnumerateObject().Where(p => !isNullable || p.Name is not "nullable"))
        {
            writer.WritePropertyName(property.Name);
            WriteJsonMember(writer, property, isNullable);
        }

        writer.WriteEndObject();
    }

    private static void WriteJsonMember(Utf8JsonWriter writer, JsonProperty member, bool isNullable)
    {
        switch (member.Name)
        {
            case "type" when member.Value.ValueKind is JsonValueKind.String:
                var type = (member.Value.GetString() ?? "").ToLowerInvariant();
                if (!isNullable)
                {
                    writer.WriteStringValue(type);
                    break;
                }

                writer.WriteStartArray();
                writer.WriteStringValue(type);
                writer.WriteStringValue("null");
                writer.WriteEndArray();
                break;
            case "properties" when member.Value.ValueKind is JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var inside in member.Value.EnumerateObject())
                {
                    writer.WritePropertyName(inside.Name);
                    WriteJsonSchema(writer, inside.Value);
                }

                writer.WriteEndObject();
                break;
            case "items":
                WriteJsonSchema(writer, member.Value);
                break;
            case "anyOf" when member.Value.ValueKind is JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var inside in member.Value.EnumerateArray())
                {
                    WriteJsonSchema(writer, inside);
                }

                writer.WriteEndArray();
                break;
            default:
                member.Value.WriteTo(writer);
                break;
        }
    }

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
