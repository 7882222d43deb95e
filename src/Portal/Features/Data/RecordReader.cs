namespace Portal.Features.Data;

/// <summary>Reads a file row by row in bounded memory. A row that cannot be read is still a row: it comes with its problem.</summary>
internal abstract class RecordReader : IDisposable
{
    public const int RawLength = 2_000;

    /// <summary>What a row's values are called, in order.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Values of the row just read, one for each column; null where the row has none. Filled anew by the next one.</summary>
    public abstract IReadOnlyList<string?> Values { get; }

    /// <summary>Row in the file, from 1, header and blank lines not counted.</summary>
    public int Number { get; protected set; }

    /// <summary>Line of the file where the row begins.</summary>
    public long Line { get; protected set; }

    /// <summary>Why the row cannot be used, in words; null for a good one.</summary>
    public string? Problem { get; protected set; }

    /// <summary>The beginning of an unusable row, so that its owner finds it again.</summary>
    public string Raw { get; protected set; } = "";

    /// <summary>The row in Gemini's shape where it holds several turns or calls of functions.</summary>
    public string? Content { get; protected set; }

    public RowNotes Notes { get; protected set; }

    public abstract bool Read();

    /// <summary>What rows taken off a file weigh while they wait.</summary>
    public virtual int HeldBytes => 0;

    /// <summary>
    /// The next rows as a reader of their own, which any thread may read while this one goes on in the file; null at the end. As many as asked for, or those
    /// that weigh as much.
    /// </summary>
    public virtual RecordReader? Take(int rows, int bytes) => HeldRecords.From(this, rows, bytes);

    /// <summary>Why one value of the row cannot be used, where the others can.</summary>
    public virtual string? FaultAt(int column) => null;

    /// <summary>Whether a value is JSON, a list or a number, and not a text.</summary>
    public virtual bool IsJson(int column) => false;

    public abstract void Dispose();

    /// <summary>Without columns, JSON has those of its first rows.</summary>
    public static RecordReader Open(Stream file, SourceLayout layout, DataOptions options, IReadOnlyList<string>? columns = null)
    {
        if (layout.Format is SourceFormat.Xlsx)
        {
            return Restored(new XlsxRecords(SourceFile.OpenSeekable(file, layout, options), layout, options));
        }

        return Of(SourceFile.Open(file, layout, options), layout, options, columns);
    }

    /// <summary>The rows of what is text: a table, or JSON.</summary>
    public static RecordReader Of(Stream content, SourceLayout layout, DataOptions options, IReadOnlyList<string>? columns) => layout.Format is SourceFormat.Csv
        ? Restored(new CsvRecords(new StreamReader(content, TextEncoding.Get(layout.Encoding), detectEncodingFromByteOrderMarks: true, 1 << 16), layout, options))
        : new JsonRecords(JsonRows.Open(content, layout, options), options, columns);

    public static RecordReader Restored(RecordReader table) => DownloadedTable.HasColumns(table.Columns) ? new DownloadedRecords(table) : table;

    protected static string Shortened(string text) => text.Length <= RawLength ? text : text[..(char.IsHighSurrogate(text[RawLength - 1]) ? RawLength - 1 : RawLength)] + "…";
}
