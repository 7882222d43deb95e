namespace Portal.Features.Data;

/// <summary>Cuts a JSON file into its rows without reading them: what a row means is <see cref="JsonRecords"/>' business.</summary>
internal abstract class JsonRows : IDisposable
{
    /// <summary>Line of the file where the row begins.</summary>
    public long Line { get; protected set; }

    /// <summary>Why the row cannot be cut out whole; null for a good one.</summary>
    public string? Problem { get; protected set; }

    /// <summary>The row's bytes in UTF-8, there until the next one is asked for. False at the end.</summary>
    public abstract bool Next(out ReadOnlySpan<byte> row);

    public abstract void Dispose();

    public static JsonRows Open(Stream content, SourceLayout layout, DataOptions options)
    {
        var utf8 = new Utf8Source(layout.Encoding is TextEncoding.Utf8
            ? content
            : System.Text.Encoding.CreateTranscodingStream(content, TextEncoding.Get(layout.Encoding), new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false)));
        return layout.Format is SourceFormat.JsonLines ? new JsonLines(utf8, options) : new JsonItems(utf8, layout.Items, options);
    }

    /// <summary>A row may be this many bytes before its characters are counted: no character takes more than three bytes of UTF-8 for one of .NET's.</summary>
    protected static int MaximumBytes(DataOptions options) => options.MaxRecordCharacters * 3;

    protected static bool IsTooLong(ReadOnlySpan<byte> row, DataOptions options) =>
        row.Length > options.MaxRecordCharacters && System.Text.Encoding.UTF8.GetCharCount(row) > options.MaxRecordCharacters;
}
