using System.Globalization;

namespace Portal.Features.Data;

/// <summary>Fills a row by the mapping from what a reader has just read.</summary>
internal sealed class RowMapper
{
    private readonly ColumnMapping _mapping;
    private readonly RowTemplate _input;
    private readonly RowTemplate _output;
    private readonly RowTemplate _system;
    private readonly bool _keepsContent;
    private readonly int[] _media;

    /// <summary>What is asked about every file alike.</summary>
    private readonly string _constant;
    private readonly (int Group, int Date, int Slice, int Split, int SourceId) _at;

    public RowMapper(ColumnMapping mapping, IReadOnlyList<string> columns)
    {
        _mapping = mapping;
        (_input, _output, _system) = (new RowTemplate(mapping.Input), new RowTemplate(mapping.Output), new RowTemplate(mapping.System));
        if ((_input.Bind(columns) ?? _output.Bind(columns) ?? _system.Bind(columns)) is { } missing)
        {
            throw Missing(missing);
        }

        _constant = mapping.Input is not "" && !_input.Columns.Any() ? mapping.Input.Trim() : "";
        // Another template than the conversation's own means only its texts are wanted.
        _keepsContent = mapping.Input == RowTemplate.Of(Conversation.InputColumn) && mapping.Output == RowTemplate.Of(Conversation.OutputColumn);
        _media = [.. new RowTemplate(mapping.Media).Columns.Select(c => IndexOf(columns, c))];
        _at = (IndexOf(columns, mapping.Group), IndexOf(columns, mapping.Date), IndexOf(columns, mapping.Slice), IndexOf(columns, mapping.Split), IndexOf(columns, mapping.SourceId));
    }

    public void Map(RecordReader from, MappedRow row)
    {
        (row.Number, row.Line, row.Problem, row.Raw, row.Notes) = (from.Number, from.Line, from.Problem, from.Raw, from.Notes);
        (row.Input, row.Output, row.System, row.Content, row.Group, row.Date, row.Slice, row.Split, row.SourceId) = ("", "", "", null, "", null, "", null, "");
        (row.MediaFault, row.IsMediaOtherwise) = (null, false);
        row.Media.Clear();
        if (row.Problem is not null)
        {
            return;
        }

        string? fault = null;
        row.Input = _input.Render(from, ref fault);
        row.Output = _output.Render(from, ref fault);
        row.System = _system.Render(from, ref fault);
        row.Content = _keepsContent ? from.Content : null;
        RemoveEndings(row);
        Illustrate(from, row, ref fault);
        row.Group = Short(Value(from, _at.Group, ref fault));
        row.Slice = Short(Value(from, _at.Slice, ref fault));
        row.SourceId = Short(Value(from, _at.SourceId, ref fault));
        row.Date = DateOf(Value(from, _at.Date, ref fault), ref fault);
        row.Split = SplitOf(Value(from, _at.Split, ref fault), ref fault);
        if (fault is not null)
        {
            (row.Problem, row.Raw) = (fault, $"{row.Input} | {row.Output}");
            row.Raw = row.Raw.Length > RecordReader.RawLength ? row.Raw[..RecordReader.RawLength] + "…" : row.Raw;
        }
    }

    /// <summary>Files first, then what is asked about them, as Google advises.</summary>
    private void Illustrate(RecordReader from, MappedRow row, ref string? fault)
    {
        if (row.Content is not null || _media.Length is 0)
        {
            return;
        }

        List<TurnPart> parts = [];
        foreach (var column in _media)
        {
            parts.AddRange(NamesIn(Value(from, column, ref fault)).Select(name => new TurnPart(TurnPartKind.Media, name)));
        }

        if (parts.Count is 0)
        {
            return;
        }

        if (row.Input is "" && _constant is not "")
        {
            row.Input = _constant;
        }

        if (row.Input is not "")
        {
            parts.Add(TurnPart.Said(row.Input));
        }

        var log = new ConversationLog();
        log.Say(false, parts);
        log.Say(true, [TurnPart.Said(row.Output)]);
        var read = Conversation.Of(log);
        (row.Input, row.Content) = (read.Input, read.Content);
    }

    /// <summary>One name, several a line each or parted by semicolons, or a list in JSON.</summary>
    internal static IEnumerable<string> NamesIn(string? cell)
    {
        if (cell is ['[', ..])
        {
            try
            {
                return System.Text.Json.JsonSerializer.Deserialize<List<string?>>(cell)?.OfType<string>().Where(n => n.Trim() is not "") ?? [];
            }
            catch (System.Text.Json.JsonException)
            {
                // Then it is a name that begins so.
            }
        }

        return cell?.StartsWith("data:", StringComparison.OrdinalIgnoreCase) is true ? [cell] : (cell ?? "").Split([';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private void RemoveEndings(MappedRow row)
    {
        var (input, output) = (row.Input, row.Output);
        if (_mapping.InputEnding is not "" && input.EndsWith(_mapping.InputEnding, StringComparison.Ordinal))
        {
            input = input[..^_mapping.InputEnding.Length];
        }

        if (_mapping.OutputEnding is not "" && output.EndsWith(_mapping.OutputEnding, StringComparison.Ordinal))
        {
            output = output[..^_mapping.OutputEnding.Length].Trim();
        }

        if (input.Length != row.Input.Length || output.Length != row.Output.Length)
        {
            (row.Input, row.Output) = (input, output);
            row.Notes |= RowNotes.EndingsRemoved;
        }
    }

    private static string? Value(RecordReader from, int column, ref string? fault)
    {
        if (column < 0)
        {
            return null;
        }

        fault ??= from.FaultAt(column);
        return column < from.Values.Count ? from.Values[column]?.Trim() : null;
    }

    private static DateTime? DateOf(string? value, ref string? fault)
    {
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at)
            || DateTime.TryParseExact(value, ["dd.MM.yyyy", "d.M.yyyy", "dd.MM.yyyy HH:mm", "dd/MM/yyyy", "d/M/yyyy"], CultureInfo.InvariantCulture,
                DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out at))
        {
            return at;
        }

        fault ??= $"\"{(value.Length > 40 ? value[..40] : value)}\" is no date; write it like 2026-11-23";
        return null;
    }

    private static Split? SplitOf(string? value, ref string? fault)
    {
        if (value is null or "")
        {
            return null;
        }

        if (SplitMethods.Named(value) is not { } split)
        {
            fault ??= $"\"{(value.Length > 40 ? value[..40] : value)}\" is no split; write train, validation or test";
            return null;
        }

        return split;
    }

    /// <summary>A key longer than this is kept by its beginning and its hash, so that different keys stay different.</summary>
    private static string Short(string? value) => value is { Length: > 200 } ? $"{value[..160]}…{TextKey.Of(value):x32}" : value ?? "";

    private static int IndexOf(IReadOnlyList<string> columns, string name)
    {
        for (var i = 0; name is not "" && i < columns.Count; i++)
        {
            if (columns[i] == name)
            {
                return i;
            }
        }

        return name is "" ? -1 : throw Missing(name);
    }

    private static PortalException Missing(string name) => new($"The file has no column \"{name}\". Choose the columns again.");
}

/// <summary>A reader and its mapping as one: the rows of a file, understood.</summary>
internal sealed class MappedRecords(RecordReader records, RowMapper mapper)
{
    public MappedRow Row { get; } = new();

    public bool Read()
    {
        if (!records.Read())
        {
            return false;
        }

        mapper.Map(records, Row);
        return true;
    }
}
