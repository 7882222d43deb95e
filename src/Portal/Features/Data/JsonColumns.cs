using System.Text;
using System.Text.Json;

namespace Portal.Features.Data;

/// <summary>Which column each key of an object fills. Names with dots lead into objects inside.</summary>
internal sealed class JsonColumns
{
    private const int MostKeys = 64;
    private const int MaximumDepth = 4;

    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly (byte[] Name, int Column)[] _flat;
    private readonly (int System, int Input, int Output) _turns;
    private readonly bool _hasConversation;
    private readonly bool _hasPaths;

    public JsonColumns(IReadOnlyList<string> columns)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            _byName[columns[i]] = i;
        }

        _flat = [.. columns.Select((name, i) => (Encoding.UTF8.GetBytes(name), i))];
        _hasPaths = columns.Any(c => c.Contains('.'));
        _turns = (IndexOf(Conversation.SystemColumn), IndexOf(Conversation.InputColumn), IndexOf(Conversation.OutputColumn));
        _hasConversation = _turns is not (-1, -1, -1);
    }

    public int IndexOf(string column) => _byName.GetValueOrDefault(column, -1);

    /// <summary>
    /// The quick way for the usual row: one object of texts and numbers, perhaps with a question and its answer as turns. False where the row is anything
    /// else, a key comes twice or another nested value is asked for; then nothing that was filled counts.
    /// </summary>
    public bool TryTakeFlat(ref Utf8JsonReader reader, string?[] values, bool[] isJson)
    {
        if (_hasPaths || !reader.Read() || reader.TokenType is not JsonTokenType.StartObject)
        {
            return false;
        }

        Span<int> keys = stackalloc int[MostKeys];
        var turns = new PlainTurns();
        var count = 0;
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            if (reader.ValueIsEscaped || count == MostKeys)
            {
                return Undo(values, isJson);
            }

            var hash = HashOf(reader.ValueSpan);
            if (keys[..count].Contains(hash))
            {
                return Undo(values, isJson);
            }

            keys[count++] = hash;
            if (!TryTakeKey(ref reader, ref turns, values, isJson))
            {
                return Undo(values, isJson);
            }
        }

        // Whatever follows the object makes it no row.
        return reader.Read() || (turns.IsBegun && !turns.IsWhole) ? Undo(values, isJson) : !turns.IsWhole || Fill(turns, values, isJson);
    }

    public void Take(JsonElement row, string?[] values, bool[] isJson)
    {
        foreach (var property in row.EnumerateObject())
        {
            Set(property.Name, property.Value, values, isJson);
            if (_hasPaths && property.Value.ValueKind is JsonValueKind.Object)
            {
                TakeInside(property.Name, property.Value, values, isJson, 1);
            }
        }
    }

    public void TakeList(JsonElement row, string?[] values, bool[] isJson)
    {
        var at = 0;
        foreach (var value in row.EnumerateArray().Take(values.Length))
        {
            Set($"Column {++at}", value, values, isJson);
        }
    }

    /// <summary>What a row's columns would be called.</summary>
    public static IEnumerable<string> NamesOf(JsonElement row) => row.ValueKind switch
    {
        JsonValueKind.Array => row.EnumerateArray().Select((_, i) => $"Column {i + 1}"),
        JsonValueKind.Object when Conversation.Find(row) is not null =>
        [
            Conversation.SystemColumn, Conversation.InputColumn, Conversation.OutputColumn,
            .. row.EnumerateObject().Where(p => p.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)).Select(p => p.Name),
        ],
        JsonValueKind.Object => NamesInside("", row, 0),
        _ => [],
    };

    private static IEnumerable<string> NamesInside(string path, JsonElement value, int depth)
    {
        foreach (var property in value.EnumerateObject())
        {
            var name = path + property.Name;
            yield return name;
            if (property.Value.ValueKind is JsonValueKind.Object && depth < MaximumDepth)
            {
                foreach (var inside in NamesInside(name + ".", property.Value, depth + 1))
                {
                    yield return inside;
                }
            }
        }
    }

    private void TakeInside(string path, JsonElement value, string?[] values, bool[] isJson, int depth)
    {
        foreach (var property in value.EnumerateObject())
        {
            var name = $"{path}.{property.Name}";
            Set(name, property.Value, values, isJson);
            if (depth <= MaximumDepth && property.Value.ValueKind is JsonValueKind.Object)
            {
                TakeInside(name, property.Value, values, isJson, depth + 1);
            }
        }
    }

    private void Set(string name, JsonElement value, string?[] values, bool[] isJson)
    {
        if (_byName.TryGetValue(name, out var column))
        {
            (values[column], isJson[column]) = value.ValueKind switch
            {
                JsonValueKind.String => (value.GetString(), false),
                JsonValueKind.Null or JsonValueKind.Undefined => (null, false),
                _ => (JsonText.Of(value), true),
            };
        }
    }

    /// <summary>A key and its value. False where the value is nested, and asked for or of a conversation that is more than plain.</summary>
    private bool TryTakeKey(ref Utf8JsonReader reader, ref PlainTurns turns, string?[] values, bool[] isJson)
    {
        var column = ColumnOf(reader.ValueSpan);
        if (_hasConversation)
        {
            turns.Meet(reader.ValueSpan);
            if (column < 0 && PlainTurns.IsKey(reader.ValueSpan))
            {
                return turns.TryRead(ref reader);
            }
        }

        reader.Read();
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            return column < 0 && !_hasConversation && reader.TrySkip();
        }

        if (column >= 0)
        {
            (values[column], isJson[column]) = reader.TokenType switch
            {
                JsonTokenType.String => (reader.GetString(), false),
                JsonTokenType.Null => (null, false),
                _ => (Encoding.UTF8.GetString(reader.ValueSpan), true),
            };
            if (column == _turns.System || column == _turns.Input || column == _turns.Output)
            {
                turns.Doubt();
            }
        }

        return true;
    }

    private bool Fill(PlainTurns turns, string?[] values, bool[] isJson)
    {
        Put(_turns.System, turns.System);
        Put(_turns.Input, turns.Input);
        Put(_turns.Output, turns.Output);
        return true;

        void Put(int column, string text)
        {
            if (column >= 0)
            {
                (values[column], isJson[column]) = (text, false);
            }
        }
    }

    private int ColumnOf(ReadOnlySpan<byte> name)
    {
        foreach (var (bytes, column) in _flat)
        {
            if (name.SequenceEqual(bytes))
            {
                return column;
            }
        }

        return -1;
    }

    private static int HashOf(ReadOnlySpan<byte> name)
    {
        var hash = new HashCode();
        hash.AddBytes(name);
        return hash.ToHashCode();
    }

    private static bool Undo(string?[] values, bool[] isJson)
    {
        Array.Clear(values);
        Array.Clear(isJson);
        return false;
    }
}
