using System.Xml;

namespace Portal.Features.Data;

/// <summary>A sheet of a workbook by its name.</summary>
public sealed record SheetInfo(string Name, bool IsHidden, string Part);

/// <summary>The parts of a workbook that its sheets lean on. Nothing is kept that grows with the number of rows but the shared texts, and those have a limit.</summary>
internal sealed class XlsxBook
{
    private const int MostSheets = 1_000;
    private const int MostStyles = 65_536;

    private readonly Stream _file;
    private readonly DataOptions _options;
    private readonly Dictionary<string, ZipItem> _parts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<int, string> _formats = [];
    private readonly List<CellFormat> _styles = [];

    public XlsxBook(Stream file, DataOptions options)
    {
        (_file, _options) = (file, options);
        foreach (var item in ZipArchiveReader.Read(file, options))
        {
            if (!_parts.TryAdd(item.Name.TrimStart('/'), item))
            {
                throw Damaged($"it holds the part \"{item.Name}\" twice");
            }
        }

        if (_parts.ContainsKey("xl/workbook.bin"))
        {
            throw new PortalException("This is a binary Excel workbook (XLSB). Open it and save it as XLSX or CSV, then upload that.");
        }

        Sheets = ReadSheets();
    }

    public IReadOnlyList<SheetInfo> Sheets { get; }

    /// <summary>Whether days are counted from 1904, as old Macs did.</summary>
    public bool CountsFrom1904 { get; private set; }

    /// <summary>The named sheet, or the first one that is shown.</summary>
    public SheetInfo Find(string name) => name is ""
        ? Sheets.FirstOrDefault(s => !s.IsHidden) ?? Sheets[0]
        : Sheets.FirstOrDefault(s => s.Name == name) ?? throw new PortalException($"The workbook has no sheet \"{name}\". Choose another one.");

    public XmlReader Open(SheetInfo sheet) => XmlGuard.Open(OpenPart(sheet.Part), sheet.Name);

    public CellFormat FormatOf(int style) => style >= 0 && style < _styles.Count ? _styles[style] : CellFormat.General;

    public XlsxTexts OpenTexts()
    {
        const string part = "xl/sharedStrings.xml";
        return new XlsxTexts(_parts.ContainsKey(part) ? XmlGuard.Open(OpenPart(part), part) : null, part, _options);
    }

    public void ReadStyles()
    {
        if (!_parts.ContainsKey("xl/styles.xml"))
        {
            return;
        }

        var isInCells = false;
        XmlGuard.Read(OpenPart("xl/styles.xml"), "xl/styles.xml", node =>
        {
            if (node.LocalName is "cellXfs")
            {
                isInCells = node.NodeType is XmlNodeType.Element && !node.IsEmptyElement;
            }
            else if (node is { NodeType: XmlNodeType.Element, LocalName: "numFmt" } && int.TryParse(node.GetAttribute("numFmtId"), out var id) && _formats.Count < MostStyles)
            {
                _formats[id] = node.GetAttribute("formatCode") ?? "";
            }
            else if (isInCells && node is { NodeType: XmlNodeType.Element, LocalName: "xf" } && _styles.Count < MostStyles)
            {
                _ = int.TryParse(node.GetAttribute("numFmtId"), out var format);
                _styles.Add(CellFormat.Of(format, _formats.GetValueOrDefault(format)));
            }

            return true;
        });
    }

    private List<SheetInfo> ReadSheets()
    {
        var targets = ReadTargets();
        List<SheetInfo> sheets = [];
        XmlGuard.Read(OpenPart("xl/workbook.xml"), "xl/workbook.xml", node =>
        {
            if (node is { NodeType: XmlNodeType.Element, LocalName: "workbookPr" })
            {
                CountsFrom1904 = node.GetAttribute("date1904") is "1" or "true";
            }
            else if (node is { NodeType: XmlNodeType.Element, LocalName: "sheet" } && targets.TryGetValue(RelationOf(node), out var part) && sheets.Count < MostSheets)
            {
                sheets.Add(new SheetInfo(node.GetAttribute("name") ?? "", node.GetAttribute("state") is "hidden" or "veryHidden", part));
            }

            return true;
        });
        return sheets.Count > 0 ? sheets : throw Damaged("it has no sheet with cells");
    }

    private Dictionary<string, string> ReadTargets()
    {
        Dictionary<string, string> targets = new(StringComparer.Ordinal);
        XmlGuard.Read(OpenPart("xl/_rels/workbook.xml.rels"), "xl/_rels/workbook.xml.rels", node =>
        {
            if (node is { NodeType: XmlNodeType.Element, LocalName: "Relationship" } && node.GetAttribute("Type") is { } type && type.EndsWith("/worksheet", StringComparison.Ordinal)
                && node.GetAttribute("TargetMode") is not "External" && node.GetAttribute("Target") is { } target && targets.Count < MostSheets)
            {
                targets[node.GetAttribute("Id") ?? ""] = target.StartsWith('/') ? target[1..] : $"xl/{target}";
            }

            return true;
        });
        return targets;
    }

    private static string RelationOf(XmlReader sheet)
    {
        while (sheet.MoveToNextAttribute())
        {
            if (sheet is { LocalName: "id", Prefix: not "" })
            {
                var id = sheet.Value;
                sheet.MoveToElement();
                return id;
            }
        }

        sheet.MoveToElement();
        return "";
    }

    private Stream OpenPart(string name) =>
        _parts.TryGetValue(name, out var item) ? ZipItemStream.Open(_file, item, _options) : throw Damaged($"the part \"{name}\" is missing");

    private static PortalException Damaged(string how) => new($"The workbook is damaged: {how}. Open it in a spreadsheet program, save it anew as XLSX or CSV, then upload that.");
}
