using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>What is wrong with a piece of JSON, for people.</summary>
internal static class JsonWords
{
    public static string KindOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        _ => "value",
    };

    public static string Explain(JsonException broken, ReadOnlySpan<byte> row)
    {
        if (broken.Message.Contains("uplicate property", StringComparison.Ordinal))
        {
            return "a key appears twice in the object, so its value is not certain";
        }

        if (broken.Message.Contains("depth", StringComparison.Ordinal))
        {
            return "the line is not valid JSON that can be taken: it is nested more than 64 levels deep";
        }

        // The reader says at which byte; people count characters.
        var at = (int)Math.Clamp(broken.BytePositionInLine ?? 0, 0, row.Length);
        return $"the line is not valid JSON (character {System.Text.Encoding.UTF8.GetCharCount(row[..at]) + 1:N0})";
    }
}
