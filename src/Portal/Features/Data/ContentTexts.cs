using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>
/// Changes the texts in a row of several turns and leaves its shape: what the speakers say, the arguments of calls, what they answer and
/// what people call a file. Names of roles and functions, and the functions' declarations, are no texts.
/// </summary>
internal static class ContentTexts
{
    /// <param name="change">Told a text, and whether it is of the last answer, which is what a model learns to say.</param>
    public static string Change(string content, Func<string, bool, string> change)
    {
        using var document = JsonDocument.Parse(content);
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                if (property.Name is "contents")
                {
                    WriteTurns(writer, property.Value, change);
                }
                else
                {
                    property.Value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        });
    }

    private static void WriteTurns(Utf8JsonWriter writer, JsonElement turns, Func<string, bool, string> change)
    {
        writer.WriteStartArray();
        var last = turns.GetArrayLength() - 1;
        foreach (var (i, turn) in turns.EnumerateArray().Index())
        {
            Write(writer, turn, "", text => change(text, i == last));
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, JsonElement value, string name, Func<string, string> change)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in value.EnumerateObject())
                {
                    writer.WritePropertyName(property.Name);
                    // Inside of what a function is told or answers, a name is a name like any other.
                    Write(writer, property.Value, name is "args" or "response" ? name : property.Name, change);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                {
                    Write(writer, item, name, change);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.String when name is "text" or "args" or "response":
                writer.WriteStringValue(change(value.GetString() ?? ""));
                break;
            case JsonValueKind.String when name is "fileUri" && MediaAddress.Parse(value.GetString() ?? "") is { } media:
                writer.WriteStringValue(MediaAddress.Of(media.Sha256, change(media.Name)));
                break;
            case JsonValueKind.Number when name is "args" or "response" && change(value.GetRawText()) is var changed && changed != value.GetRawText():
                // A card or a telephone number may be written without quotes.
                writer.WriteStringValue(changed);
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
