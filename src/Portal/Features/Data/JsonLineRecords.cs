using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>One JSON object a line. A conversation (Gemini's contents, OpenAI's messages) becomes the columns system, input and output.</summary>
internal sealed class JsonLineRecords : RecordReader
{
    private const int DiscoveredRows = 200;
    private const int MaximumColumns = 200;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 64 };

    private readonly TextReader _text;
    private readonly LineScanner _lines;
    private readonly Queue<(long Line, string Text, bool IsTooLong)> _ahead = new();
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private readonly string?[] _values;
    private readonly DataOptions _options;

    /// <summary>Without columns, they are those of the first rows.</summary>
    public JsonLineRecords(TextReader text, DataOptions options, IReadOnlyList<string>? columns)
    {
        (_text, _options) = (text, options);
        _lines = new LineScanner(text, options.MaxRecordCharacters);
        Columns = columns ?? Discover();
        for (var i = 0; i < Columns.Count; i++)
        {
            _columns[Columns[i]] = i;
        }

        _values = new string?[Columns.Count];
    }

    public override IReadOnlyList<string> Columns { get; }

    public override IReadOnlyList<string?> Values => _values;

    public override bool Read()
    {
        if (NextLine() is not { } next)
        {
            return false;
        }

        (Number, Line, IsFlattened, Raw) = (Number + 1, next.Line, false, "");
        Array.Clear(_values);
        Problem = next.IsTooLong ? $"the line is longer than {_options.MaxRecordCharacters:N0} characters" : Take(next.Text);
        if (Problem is not null)
        {
            Raw = Shortened(next.Text);
        }

        return true;
    }

    public override void Dispose() => _text.Dispose();

    private (long Line, string Text, bool IsTooLong)? NextLine()
    {
        if (_ahead.TryDequeue(out var ahead))
        {
            return ahead;
        }

        while (_lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                return (_lines.Number, line, _lines.IsTooLong);
            }
        }

        return null;
    }

    private string? Take(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_strict);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return $"the line is a JSON {Kind(document.RootElement)}, not an object in braces";
            }

            return Conversation.Find(document.RootElement) is { } turns ? TakeConversation(document.RootElement, turns) : TakeKeys(document.RootElement);
        }
        catch (JsonException broken)
        {
            return Explain(broken);
        }
        catch (InvalidOperationException)
        {
            return "a text holds half of a character (a lone surrogate such as \\ud800), which no system can store";
        }
    }

    private string? TakeKeys(JsonElement row)
    {
        foreach (var property in row.EnumerateObject())
        {
            if (_columns.TryGetValue(property.Name, out var column))
            {
                _values[column] = TextOf(property.Value);
                if (_values[column]?.Length > _options.MaxCellCharacters)
                {
                    return $"\"{property.Name}\" is longer than {_options.MaxCellCharacters:N0} characters";
                }
            }
        }

        return null;
    }

    private string? TakeConversation(JsonElement row, JsonElement turns)
    {
        var read = Conversation.Read(row, turns);
        Set(Conversation.SystemColumn, read.System);
        Set(Conversation.InputColumn, read.Input);
        Set(Conversation.OutputColumn, read.Output);
        IsFlattened = read.IsFlattened;
        return read.Problem ?? (read.Input.Length > _options.MaxCellCharacters || read.Output.Length > _options.MaxCellCharacters
            ? $"the conversation is longer than {_options.MaxCellCharacters:N0} characters" : null);
    }

    private void Set(string column, string value)
    {
        if (_columns.TryGetValue(column, out var at))
        {
            _values[at] = value;
        }
    }

    /// <summary>Columns in the order in which the first rows name them.</summary>
    private List<string> Discover()
    {
        List<string> names = [];
        while (_ahead.Count < DiscoveredRows && _lines.Read() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                _ahead.Enqueue((_lines.Number, line, _lines.IsTooLong));
                AddNames(line, names);
            }
        }

        return names;
    }

    private static void AddNames(string line, List<string> names)
    {
        try
        {
            using var document = JsonDocument.Parse(line, s_strict);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
            {
                return;
            }

            var found = Conversation.Find(document.RootElement) is null
                ? document.RootElement.EnumerateObject().Select(p => p.Name)
                : [Conversation.SystemColumn, Conversation.InputColumn, Conversation.OutputColumn];
            names.AddRange(found.Where(n => n.Length <= 200 && !names.Contains(n, StringComparer.Ordinal)).Take(MaximumColumns - names.Count));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            // The row says so itself when it is read.
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value.GetRawText(),
    };

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        _ => "value",
    };

    private static string Explain(JsonException broken)
    {
        if (broken.Message.Contains("uplicate property", StringComparison.Ordinal))
        {
            return "a key appears twice in the object, so its value is not certain";
        }

        return $"the line is not valid JSON (character {broken.BytePositionInLine + 1:N0})";
    }
}
