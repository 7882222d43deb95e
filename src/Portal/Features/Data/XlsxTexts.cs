using System.Text;
using System.Xml;

namespace Portal.Features.Data;

/// <summary>
/// A workbook's shared texts, as UTF-8 one after the other: a million of them take little more than their letters. They are read as far as somebody asks,
/// so that a look at the first rows costs no more than those.
/// </summary>
internal sealed class XlsxTexts(XmlReader? content, string part, DataOptions options) : IDisposable
{
    private const int MostBytes = 160 << 20;
    private const int BlockBits = 20;

    // In blocks, since an array that grows is there twice while it does; where a text begins is the number of its block and the place in it.
    private readonly List<(byte[] Bytes, int Used)> _blocks = [];
    private readonly List<uint> _starts = [];
    private readonly XlsxText _text = new(options.MaxCellCharacters);
    private XmlReader? _rest = content;
    private long _length;

    public string? At(int index)
    {
        while (index >= _starts.Count && ReadNext())
        {
        }

        if (index < 0 || index >= _starts.Count)
        {
            return null;
        }

        var (block, at) = Place(_starts[index]);
        var end = index + 1 < _starts.Count && Place(_starts[index + 1]) is var next && next.Block == block ? next.At : _blocks[block].Used;
        return Encoding.UTF8.GetString(_blocks[block].Bytes.AsSpan(at..end));
    }

    public void Dispose()
    {
        _rest?.Dispose();
        _rest = null;
    }

    /// <summary>False where no text follows.</summary>
    private bool ReadNext()
    {
        while (_rest is not null && XmlGuard.Next(_rest, part))
        {
            if (_text.Take(_rest) && _rest is { LocalName: "si" })
            {
                var isWhole = _rest.NodeType is XmlNodeType.EndElement || _rest.IsEmptyElement;
                if (isWhole)
                {
                    Add(_text.ToString());
                }

                _text.Clear();
                if (isWhole)
                {
                    return true;
                }
            }
        }

        Dispose();
        return false;
    }

    private static (int Block, int At) Place(uint start) => ((int)(start >> BlockBits), (int)(start & ((1 << BlockBits) - 1)));

    private void Add(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if ((_length += length) > MostBytes)
        {
            throw new PortalException($"The workbook holds more than {MostBytes >> 20} MB of text. Save the sheet as CSV (UTF-8), then upload that.");
        }

        if (_blocks.Count is 0 || _blocks[^1].Bytes.Length - _blocks[^1].Used < Math.Max(length, 1))
        {
            // What is longer than a block has one of its own, and begins at its beginning.
            _blocks.Add((new byte[Math.Max(length, 1 << BlockBits)], 0));
        }

        var (bytes, used) = _blocks[^1];
        _starts.Add(((uint)(_blocks.Count - 1) << BlockBits) | (uint)used);
        _blocks[^1] = (bytes, used + Encoding.UTF8.GetBytes(text, bytes.AsSpan(used)));
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
