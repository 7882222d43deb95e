namespace Portal.Features.Data;

/// <summary>What there is to choose from in an archive or a workbook; empty for a plain file.</summary>
public sealed record SourceChoices(IReadOnlyList<string> Entries, IReadOnlyList<SheetInfo> Sheets)
{
    public static readonly SourceChoices None = new([], []);

    internal static SourceChoices Of(UploadedSource source, SourceLayout layout, Func<IReadOnlyList<SheetInfo>> sheets) => new(
        layout.Container is SourceContainer.Zip ? ArchiveChoice.Tables(source.Items()) : [],
        layout.Format is SourceFormat.Xlsx ? sheets() : []);
}
