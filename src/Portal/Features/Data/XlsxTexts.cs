using System.Text;
using System.Xml;

namespace Portal.Features.Data;

/// <summary>A workbook's shared texts, as UTF-8 one after the other: a million of them take little more than their letters.</summary>
internal sealed class XlsxTexts
{
    private const int MostBytes = 160 << 20;

    private readonly List<int> _ends = [];
    private byte[] _bytes = new byte[1 << 12];
    private int _length;

    public string? At(int index) => index < 0 || index >= _ends.Count
        ? null
        : Encoding.UTF8.GetString(_bytes.AsSpan((index is 0 ? 0 : _ends[index - 1])..(_ends[index])));

    public void Read(Stream content, DataOptions options)
    {
        var text = new XlsxText(options.MaxCellCharacters);
        XmlGuard.Read(content, "xl/sharedStrings.xml", node =>
        {
            if (text.Take(node) && node is { LocalName: "si" })
            {
                if (node.NodeType is XmlNodeType.EndElement || node.IsEmptyElement)
                {
                    Add(text.ToString());
                }

                text.Clear();
            }

            return true;
        });
    }

    private void Add(string text)
    {
        var needed = _length + Encoding.UTF8.GetByteCount(text);
        if (needed > MostBytes)
        {
            throw new PortalException($"The workbook holds more than {MostBytes >> 20} MB of text. Save the sheet as CSV (UTF-8), then upload that.");
        }

        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Min(MostBytes, Math.Max(needed, _bytes.Length * 2)));
        }

        _length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(_length));
        _ends.Add(_length);
    }
}

/// <summary>Puts a text together from its runs, without the reading aids that Japanese workbooks add.</summary>
internal sealed class XlsxText(int most)
{
    private readonly StringBuilder _text = new();
    private bool _isText;
    private int _aid;

    /// <summary>Looks at a node; true when it is an element's beginning or end that the caller may care for.</summary>
    public bool Take(XmlReader node)
    {
        switch (node.NodeType)
        {
            case XmlNodeType.Element when node.LocalName is "rPh":
                _aid += node.IsEmptyElement ? 0 : 1;
                return true;
            case XmlNodeType.EndElement when node.LocalName is "rPh":
                _aid--;
                return true;
            case XmlNodeType.Element:
                _isText = node is { LocalName: "t", IsEmptyElement: false };
                return true;
            case XmlNodeType.EndElement:
                _isText = false;
                return true;
            case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace or XmlNodeType.Whitespace when _isText && _aid is 0 && _text.Length < most:
                _text.Append(node.Value);
                return false;
            default:
                return false;
        }
    }

    public void Clear() => _text.Clear();

    public override string ToString() => _text.ToString().Replace("_x000D_", "\r", StringComparison.Ordinal).Replace("\r\n", "\n", StringComparison.Ordinal);
}
