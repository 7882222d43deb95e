namespace Portal.Features.Data;

/// <summary>An uploaded file, open to be looked at. Of what it opens, one is read at a time, by one thread.</summary>
internal abstract class UploadedSource : IDisposable
{
    /// <summary>Tells what the file, or one of the files or sheets in it, is and how to read it.</summary>
    public abstract SourceLayout Inspect(string entry = "", string sheet = "");

    /// <summary>What there is to choose from in an archive or a workbook.</summary>
    public abstract SourceChoices ChoicesOf(SourceLayout layout);

    /// <summary>The files of an archive.</summary>
    public abstract IReadOnlyList<ZipItem> Items();

    public abstract RecordReader Rows(SourceLayout layout, IReadOnlyList<string>? columns = null);

    /// <summary>A file of the archive, unpacked.</summary>
    public abstract Stream OpenItem(ZipItem item);

    /// <summary>What a file that was unpacked is by its content; null where it is none of the kinds known here.</summary>
    public abstract MediaFacts? FactsOf(Stream media);

    public abstract void Dispose();
}

/// <summary>Read where it is asked for, by readers that are bounded in what they read.</summary>
internal sealed class SourceHere(Stream file, DataOptions options) : UploadedSource
{
    public override SourceLayout Inspect(string entry = "", string sheet = "") => SourceInspector.Inspect(file, options, entry, sheet);

    public override SourceChoices ChoicesOf(SourceLayout layout) => SourceChoices.Of(this, layout, () => SheetsOf(layout));

    public IReadOnlyList<SheetInfo> SheetsOf(SourceLayout layout)
    {
        using var book = SourceFile.OpenSeekable(file, layout, options);
        return new XlsxBook(book, options).Sheets;
    }

    public override IReadOnlyList<ZipItem> Items() => ZipArchiveReader.Read(file, options);

    public override RecordReader Rows(SourceLayout layout, IReadOnlyList<string>? columns = null) => RecordReader.Open(file, layout, options, columns);

    public override Stream OpenItem(ZipItem item) => ZipItemStream.Open(file, item, options);

    public override MediaFacts? FactsOf(Stream media) => MediaFacts.Of(media);

    public override void Dispose()
    {
        // The file is its owner's to close.
    }
}
