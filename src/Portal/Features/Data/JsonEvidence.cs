using System.Text;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Whether a text is JSON, and where its rows are: a line each, in a list, or documents one after the other.</summary>
internal static class JsonEvidence
{
    private const int SampledLines = 60;

    public static (SourceFormat Format, string Items)? Of(string text, bool isWhole)
    {
        var trimmed = text.TrimStart();
        var lines = text.Split('\n', SampledLines + 1).SelectMany(l => l.Split('\r')).Select(l => l.Trim()).Where(l => l is not "").ToList();
        if (!isWhole && lines.Count > 1)
        {
            lines.RemoveAt(lines.Count - 1);
        }

        var objects = lines.Count(IsRow);
        if (trimmed.StartsWith('['))
        {
            // A list a line, or one list of them all; what is neither is a table that begins with a bracket.
            return lines.Count > 1 && objects == lines.Count ? (SourceFormat.JsonLines, "") : trimmed[1..].TrimStart() is [] or ['{' or ']' or '[' or '"', ..] ? (SourceFormat.Json, "") : null;
        }

        if (!trimmed.StartsWith('{'))
        {
            return lines.Count > 1 && objects > lines.Count / 2 ? (SourceFormat.JsonLines, "") : null;
        }

        var list = IsFollowed(trimmed) ? null : FindList(trimmed);
        if (lines.Count > 1 && objects > 0 && (list is null || IsRow(lines[0])) && lines.Skip(1).Any(l => l.StartsWith('{')))
        {
            return (SourceFormat.JsonLines, "");
        }

        return list is not null ? (SourceFormat.Json, list) : objects > 0 || lines.Count is 1 ? (SourceFormat.JsonLines, "") : (SourceFormat.Json, "");
    }

    private static bool IsRow(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Whether something stands after the first document: then the rows are the documents, not a list inside one.</summary>
    private static bool IsFollowed(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 }));
        try
        {
            return reader.Read() && reader.TrySkip() && !bytes.AsSpan((int)reader.BytesConsumed).Trim(" \r\n\t"u8).IsEmpty;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The first list of objects in the document that is no conversation, as names with dots; null without one.</summary>
    private static string? FindList(string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), isFinalBlock: false, new JsonReaderState(new JsonReaderOptions { MaxDepth = 128 }));
        List<string> names = [];
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.PropertyName)
                {
                    names = [.. names.Take(reader.CurrentDepth - 1), reader.GetString() ?? ""];
                }
                else if (reader.TokenType is JsonTokenType.StartArray)
                {
                    if (reader.CurrentDepth is > 0 and <= 4 && names.Count == reader.CurrentDepth && BeginsRow(ref reader, names[^1]))
                    {
                        return names.Exists(n => n.Contains('.')) ? null : string.Join('.', names);
                    }

                    if (!reader.TrySkip())
                    {
                        return null;
                    }
                }
                else if (reader.TokenType is JsonTokenType.EndObject && reader.CurrentDepth is 0)
                {
                    return null;
                }
            }
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // What is broken is told row by row.
        }

        return null;
    }

    private static bool BeginsRow(ref Utf8JsonReader reader, string name)
    {
        var ahead = reader;
        return name is not ("contents" or "parts" or "messages" or "conversations" or "conversation" or "tools" or "functions") && ahead.Read() && ahead.TokenType is JsonTokenType.StartObject;
    }
}
