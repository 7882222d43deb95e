namespace Portal.Features.Data;

/// <summary>Rows of a table as text: comma, semicolon, tab or bar between the cells.</summary>
internal sealed class CsvRecords : RecordReader
{
    private readonly TextReader _text;
    private readonly CsvScanner _scanner;
    private readonly List<string> _cells = [];
    private bool _isPending;
    private string? _pendingProblem;

    public CsvRecords(TextReader text, SourceLayout layout, DataOptions options)
    {
        _text = text;
        _scanner = new CsvScanner(text, layout.Delimiter, options, layout.Quoting);
        if (!_scanner.Read(_cells, out var problem) || (IsDelimiterLine(_cells) && !_scanner.Read(_cells, out problem)))
        {
            Columns = [];
            return;
        }

        if (layout.HasHeader)
        {
            Columns = problem is null ? Named(_cells) : throw new PortalException($"The header cannot be read: {problem}.");
        }
        else
        {
            Columns = [.. _cells.Select((_, i) => $"Column {i + 1}")];
            (_isPending, _pendingProblem) = (true, problem);
        }
    }

    public override IReadOnlyList<string> Columns { get; }

    public override IReadOnlyList<string?> Values => _cells;

    public override bool Read()
    {
        var problem = _pendingProblem;
        if (!_isPending && !_scanner.Read(_cells, out problem))
        {
            return false;
        }

        (_isPending, _pendingProblem) = (false, null);
        (Number, Line) = (Number + 1, _scanner.RecordLine);
        TrimEmptyTail();
        Problem = problem ?? (_cells.Count == Columns.Count ? null
            : $"it has {_cells.Count} {(_cells.Count is 1 ? "cell" : "cells")} where {Columns.Count} are expected; put text that contains the delimiter in quotes");
        Raw = Problem is null ? "" : Shortened(string.Join(" | ", _cells.Take(8)));
        return true;
    }

    public override void Dispose() => _text.Dispose();

    /// <summary>Spreadsheets like to write delimiters after the last column.</summary>
    private void TrimEmptyTail()
    {
        while (_cells.Count > Columns.Count && _cells[^1] is "")
        {
            _cells.RemoveAt(_cells.Count - 1);
        }
    }

    /// <summary>Excel's own line "sep=;" says how the table is cut and belongs to no row.</summary>
    private static bool IsDelimiterLine(List<string> cells) =>
        cells is [var only] && only.Length is 5 && only.StartsWith("sep=", StringComparison.OrdinalIgnoreCase)
        || cells is [var first, ""] && first.Equals("sep=", StringComparison.OrdinalIgnoreCase);

    internal static List<string> Named(IReadOnlyList<string> header)
    {
        List<string> names = [];
        HashSet<string> taken = new(StringComparer.Ordinal);
        for (var i = 0; i < header.Count; i++)
        {
            var name = header[i].ReplaceLineEndings(" ").Trim();
            name = name is "" ? $"Column {i + 1}" : name.Length > 200 ? name[..200] : name;
            var unique = name;
            for (var again = 2; !taken.Add(unique); again++)
            {
                unique = $"{name} ({again})";
            }

            names.Add(unique);
        }

        while (names.Count > 1 && names[^1] == $"Column {names.Count}" && header[names.Count - 1].Trim() is "")
        {
            names.RemoveAt(names.Count - 1);
        }

        return names;
    }
}
