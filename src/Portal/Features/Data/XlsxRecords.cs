using System.Globalization;
using System.Xml;

namespace Portal.Features.Data;

/// <summary>Rows of a sheet, cell by cell as they are shown. Only what is written in the file is walked: a cell far out costs nothing, and is no wide table either.</summary>
internal sealed class XlsxRecords : RecordReader
{
    private const int LastColumn = 16_384;

    private readonly Stream _file;
    private readonly DataOptions _options;
    private readonly XlsxBook _book;
    private readonly SheetInfo _sheet;
    private readonly XlsxTexts _texts;
    private readonly XmlReader _xml;
    private readonly XlsxText _text;
    private readonly List<string?> _cells = [];
    private readonly Dictionary<int, string> _faults = [];
    private bool _isPending;
    private long _row;
    private long _cellAt;
    private long _shown;
    private int _length;

    public XlsxRecords(Stream file, SourceLayout layout, DataOptions options)
    {
        (_file, _options, _text) = (file, options, new XlsxText(options.MaxCellCharacters));
        _book = new XlsxBook(file, options);
        _book.ReadStyles();
        _sheet = _book.Find(layout.Sheet);
        _texts = _book.OpenTexts();
        _xml = _book.Open(_sheet);
        if (!ReadCells())
        {
            Columns = [];
        }
        else if (layout.HasHeader)
        {
            Columns = CsvRecords.Named([.. _cells.Select(c => c ?? "")]);
        }
        else
        {
            (Columns, _isPending) = ([.. _cells.Select((_, i) => $"Column {i + 1}")], true);
        }
    }

    public string SheetName => _sheet.Name;

    public override IReadOnlyList<string> Columns { get; }

    public override IReadOnlyList<string?> Values => _cells;

    public override bool Read()
    {
        if (!_isPending && !ReadCells())
        {
            return false;
        }

        _isPending = false;
        (Number, Line) = (Number + 1, _row);
        var beyond = _cells.FindIndex(Math.Min(_cells.Count, Columns.Count), c => !string.IsNullOrEmpty(c));
        Problem = _length > _options.MaxRecordCharacters ? $"the row is longer than {_options.MaxRecordCharacters:N0} characters" : beyond < 0 ? null : $"it has a value in column {NameOf(beyond)}, where the table has {Columns.Count} columns";
        Raw = Problem is null ? "" : Shortened(string.Join(" | ", _cells.Take(8)));
        while (_cells.Count < Columns.Count)
        {
            _cells.Add(null);
        }

        return true;
    }

    public override string? FaultAt(int column) => _faults.GetValueOrDefault(column);

    public override void Dispose()
    {
        _xml.Dispose();
        _texts.Dispose();
        _file.Dispose();
    }

    /// <summary>The next row that holds anything.</summary>
    private bool ReadCells()
    {
        _cells.Clear();
        _faults.Clear();
        while (XmlGuard.Next(_xml, _sheet.Name))
        {
            if (_xml is { NodeType: XmlNodeType.Element, LocalName: "row" })
            {
                _row = long.TryParse(_xml.GetAttribute("r"), out var row) ? row : _row + 1;
                (_cellAt, _length) = (0, 0);
                _cells.Clear();
                _faults.Clear();
            }
            else if (_xml is { NodeType: XmlNodeType.Element, LocalName: "c" })
            {
                ReadCell();
            }
            else if (_xml is { NodeType: XmlNodeType.EndElement, LocalName: "row" } && (_faults.Count > 0 || _cells.Exists(c => !string.IsNullOrWhiteSpace(c))))
            {
                return true;
            }
        }

        _cells.Clear();
        return false;
    }

    private void ReadCell()
    {
        var column = _xml.GetAttribute("r") is { } reference ? ColumnOf(reference) : (int)_cellAt;
        if (column < 0 || column >= LastColumn)
        {
            throw new PortalException($"The workbook is damaged: row {_row:N0} of \"{_sheet.Name}\" has a cell where no column is. Save it anew as XLSX or CSV, then upload that.");
        }

        if (column >= _options.MaxColumns)
        {
            throw new PortalException($"Row {_row:N0} of \"{_sheet.Name}\" has a value in column {NameOf(column)}, and at most {_options.MaxColumns:N0} columns are read. Delete what stands far outside the table, then upload it again.");
        }

        _cellAt = column + 1;
        var (type, style) = (_xml.GetAttribute("t") ?? "n", int.TryParse(_xml.GetAttribute("s"), out var s) ? s : 0);
        var (value, isFormula) = _xml.IsEmptyElement ? (null, false) : ReadValue(type);
        while (_cells.Count <= column)
        {
            _cells.Add(null);
        }

        // Many cells may show one long text of the workbook: a row is no longer than a row may be, however little it takes in the file.
        _cells[column] = value is null || _length > _options.MaxRecordCharacters ? null : Shown(type, style, value);
        Count(_cells[column]?.Length ?? 0);
        if (type is "e")
        {
            _faults[column] = $"cell {NameOf(column)}{_row} holds the error {value}; correct its formula";
        }
        else if (isFormula && value is null)
        {
            _faults[column] = $"cell {NameOf(column)}{_row} holds a formula without its result; open the file in a spreadsheet program and save it";
        }
    }

    private void Count(int length)
    {
        _length += length;
        if ((_shown += length) > _options.MaxUnpackedBytes)
        {
            throw new PortalException($"The cells of \"{_sheet.Name}\" repeat their texts to more than {_options.MaxUnpackedBytes >> 20:N0} MB. Save the sheet as CSV (UTF-8), or split it, then upload that.");
        }
    }

    private string? Shown(string type, int style, string value) => type switch
    {
        "s" => int.TryParse(value, out var index) && _texts.At(index) is { } text
            ? text : throw new PortalException($"The workbook is damaged: row {_row:N0} of \"{_sheet.Name}\" points to a text that is not there. Save it anew as XLSX or CSV, then upload that."),
        "b" => value is "1" ? "TRUE" : "FALSE",
        "n" => _book.FormatOf(style).Show(value, _book.CountsFrom1904),
        "d" => value.EndsWith("T00:00:00", StringComparison.Ordinal) ? value[..^9] : value,
        _ => value,
    };

    private (string? Value, bool IsFormula) ReadValue(string type)
    {
        string? value = null;
        var (isValue, isFormula, depth) = (false, false, _xml.Depth);
        _text.Clear();
        while (XmlGuard.Next(_xml, _sheet.Name) && !(_xml.NodeType is XmlNodeType.EndElement && _xml.Depth == depth))
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    isValue = _xml is { LocalName: "v", IsEmptyElement: false };
                    isFormula |= _xml.LocalName is "f";
                    break;
                case XmlNodeType.EndElement:
                    isValue = false;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when isValue && (value?.Length ?? 0) < _options.MaxCellCharacters:
                    value += _xml.Value;
                    break;
            }

            _text.Take(_xml);
        }

        return type is "inlineStr" ? (_text.ToString(), false) : (value, isFormula);
    }

    private static int ColumnOf(string reference)
    {
        var column = 0;
        foreach (var c in reference.AsSpan(0, Math.Min(reference.Length, 4)))
        {
            if (!char.IsAsciiLetter(c))
            {
                break;
            }

            column = (column * 26) + (char.ToUpperInvariant(c) - 'A' + 1);
        }

        return column - 1;
    }

    private static string NameOf(int column)
    {
        var name = "";
        for (var rest = column + 1; rest > 0; rest = (rest - 1) / 26)
        {
            name = (char)('A' + ((rest - 1) % 26)) + name;
        }

        return name.ToString(CultureInfo.InvariantCulture);
    }
}
