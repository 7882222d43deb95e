namespace Portal.Features.Data;

/// <summary>What there is to choose from in an archive or a workbook; empty for a plain file.</summary>
public sealed record SourceChoices(IReadOnlyList<string> Entries, IReadOnlyList<SheetInfo> Sheets)
{
    public static readonly SourceChoices None = new([], []);

    internal static SourceChoices Of(Stream file, SourceLayout layout, DataOptions options)
    {
        var entries = layout.Container is SourceContainer.Zip ? ArchiveChoice.Tables(ZipArchiveReader.Read(file, options)) : [];
        if (layout.Format is not SourceFormat.Xlsx)
        {
            return new SourceChoices(entries, []);
        }

        using var book = SourceFile.OpenSeekable(file, layout, options);
        return new SourceChoices(entries, new XlsxBook(book, options).Sheets);
    }
}
