using System.Xml;

namespace Portal.Features.Data;

/// <summary>
/// XML from strangers. The library keeps an attribute or a text whole before it tells its length, so a run without a tag's
/// beginning is measured underneath it; what nests too deep or declares a document type is refused.
/// </summary>
internal sealed class XmlGuard(Stream content, string what) : Stream
{
    private const int LongestRun = 1 << 20;
    private const int Deepest = 64;

    private int _run;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    /// <summary>Runs over the elements; a fault of the XML ends in words.</summary>
    public static void Read(Stream content, string what, Func<XmlReader, bool> onNode)
    {
        using var reader = Open(content, what);
        while (Next(reader, what) && onNode(reader))
        {
        }
    }

    public static XmlReader Open(Stream content, string what) => XmlReader.Create(new XmlGuard(content, what), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });

    public static bool Next(XmlReader reader, string what)
    {
        try
        {
            return reader.Read() && (reader.Depth <= Deepest ? true : throw Refused(what, "it is nested too deep"));
        }
        catch (XmlException broken)
        {
            throw broken.Message.Contains("DTD", StringComparison.Ordinal)
                ? Refused(what, "it declares a document type (DTD), which is not taken")
                : Refused(what, $"line {broken.LineNumber:N0} is not valid XML");
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = content.Read(buffer);
        for (var rest = buffer[..read]; ;)
        {
            var tag = rest.IndexOf((byte)'<');
            _run = tag < 0 ? _run + rest.Length : 0;
            if (_run > LongestRun)
            {
                throw Refused(what, "a text in it is far longer than a cell may be");
            }

            if (tag < 0)
            {
                return read;
            }

            rest = rest[(tag + 1)..];
        }
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            content.Dispose();
        }

        base.Dispose(disposing);
    }

    private static PortalException Refused(string what, string why) => new($"The workbook cannot be read: in \"{what}\" {why}. Open it in a spreadsheet program, save it anew as XLSX or CSV, then upload that.");
}
