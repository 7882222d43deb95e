namespace Portal.Features.Data;

/// <summary>Reads a file row by row in bounded memory. A row that cannot be read is still a row: it comes with its problem.</summary>
internal abstract class RecordReader : IDisposable
{
    public const int RawLength = 2_000;

    /// <summary>What a row's values are called, in order.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>Values of the row just read, one for each column; null where the row has none.</summary>
    public abstract IReadOnlyList<string?> Values { get; }

    /// <summary>Row in the file, from 1, header and blank lines not counted.</summary>
    public int Number { get; protected set; }

    /// <summary>Line of the file where the row begins.</summary>
    public long Line { get; protected set; }

    /// <summary>Why the row cannot be used, in words; null for a good one.</summary>
    public string? Problem { get; protected set; }

    /// <summary>The beginning of an unusable row, so that its owner finds it again.</summary>
    public string Raw { get; protected set; } = "";

    /// <summary>Whether several turns of a conversation became one input.</summary>
    public bool IsFlattened { get; protected set; }

    public abstract bool Read();

    public abstract void Dispose();

    public static RecordReader Open(Stream file, SourceLayout layout, DataOptions options, IReadOnlyList<string>? jsonColumns = null)
    {
        var text = new StreamReader(file, TextEncoding.Get(layout.Encoding), detectEncodingFromByteOrderMarks: true, 1 << 16);
        return layout.Format is SourceFormat.Csv
            ? new CsvRecords(text, layout, options)
            : new JsonLineRecords(text, options, jsonColumns);
    }

    protected static string Shortened(string text) => text.Length <= RawLength ? text : text[..RawLength] + "…";
}
