using System.ComponentModel;
using Portal.Features.Define;

namespace Portal.Features.Data;

internal sealed record ListAnswer<T>(IReadOnlyList<T> Items);

internal sealed record RowListAnswer(
    IReadOnlyList<RowAnswer> Items, [property: Description("What to pass as ?after= for the rows behind these; null at the end.")] int? Next,
    [property: Description("Rows that match; null where they are more than is worth counting.")] int? Total, [property: Description("Rows that are sealed: counted, and never shown.")] int Sealed);

internal sealed record PageAnswer<T>(IReadOnlyList<T> Items, int Page, [property: Description("Rows on all pages.")] int Total);

internal sealed record ProjectBody
{
    [Description("1 to 120 characters.")]
    public string? Name { get; init; }

    public string? Goal { get; init; }

    [Description("classify, extract, generate or answer.")]
    public string? Kind { get; init; }

    [Description("What the model is told.")]
    public string? Instruction { get; init; }

    [Description("For classify; without any, freezing takes them from the data.")]
    public IReadOnlyList<string>? Labels { get; init; }

    [Description("accuracy, macroF1, tokenF1 or rougeL.")]
    public string? Metric { get; init; }

    [Description("The score that is good enough, as a share: 0.9 is 90 %.")]
    public double? Target { get; init; }
}

internal sealed record ProjectAnswer(string Id, string Name, DateTime CreatedAt, string Goal, string Kind, string Instruction, IReadOnlyList<string> Labels, string Metric, double? Target)
{
    public static ProjectAnswer Of(ProjectDetail detail)
    {
        var (project, task) = detail;
        return new(project.Id, project.Name, project.CreatedAt, task.Goal, DataWords.Of(task.Kind), task.Instruction, task.Labels, DataWords.Of(task.Metric), task.Target);
    }
}

internal sealed record ProjectSummary(string Id, string Name, DateTime CreatedAt, string Goal);

internal sealed record UploadBody
{
    public string? FileName { get; init; }

    [Description("Bytes of the whole file.")]
    public long? Length { get; init; }

    [Description("Of the whole file, in hexadecimal; what arrives must hash to it.")]
    public string? Sha256 { get; init; }
}

/// <summary>How a file is to be read; what is left out is as the portal guessed it.</summary>
internal sealed record LayoutBody
{
    [Description("csv, jsonLines, json or xlsx.")]
    public string? Format { get; init; }

    public string? Encoding { get; init; }

    [Description("One character.")]
    public string? Delimiter { get; init; }

    public bool? HasHeader { get; init; }

    [Description("doubled, backslash, apostrophe or none.")]
    public string? Quoting { get; init; }

    [Description("The file inside an archive.")]
    public string? Entry { get; init; }

    [Description("The sheet of a workbook.")]
    public string? Sheet { get; init; }

    [Description("Where in a JSON document the rows are, as names with dots.")]
    public string? Items { get; init; }

    public static LayoutBody Of(SourceLayout layout) => new()
    {
        Format = DataWords.Of(layout.Format), Encoding = layout.Encoding, Delimiter = layout.Delimiter.ToString(), HasHeader = layout.HasHeader, Quoting = DataWords.Of(layout.Quoting),
        Entry = layout.Entry, Sheet = layout.Sheet, Items = layout.Items,
    };

    public SourceLayout On(SourceLayout guessed) => guessed with
    {
        Format = DataWords.Parse("layout.format", Format, guessed.Format), Encoding = Encoding ?? guessed.Encoding,
        Delimiter = Delimiter is null ? guessed.Delimiter : Delimiter is [var only] ? only : throw DataWords.Wrong("layout.delimiter", "is one character"),
        HasHeader = HasHeader ?? guessed.HasHeader, Quoting = DataWords.Parse("layout.quoting", Quoting, guessed.Quoting),
        Entry = Entry ?? guessed.Entry, Sheet = Sheet ?? guessed.Sheet, Items = Items ?? guessed.Items,
    };
}

/// <summary>Where each part of an example comes from; what is left out is as the portal guessed it.</summary>
internal sealed record MappingBody
{
    [Description("A column's name, or a template over several: \"{{subject}}: {{text}}\".")]
    public string? Input { get; init; }

    [Description("A column's name, or a template over several.")]
    public string? Output { get; init; }

    [Description("A system instruction of the row's own: a column's name, or a template.")]
    public string? System { get; init; }

    [Description("A column whose cells name files of the ZIP, or a template over several.")]
    public string? Media { get; init; }

    [Description("The column whose equal values stay in one split.")]
    public string? Group { get; init; }

    [Description("The column with the row's date.")]
    public string? Date { get; init; }

    public string? Slice { get; init; }

    [Description("The column that says train, validation or test.")]
    public string? Split { get; init; }

    public string? SourceId { get; init; }

    public string? InputEnding { get; init; }

    public string? OutputEnding { get; init; }

    public static MappingBody Of(ColumnMapping mapping) => new()
    {
        Input = mapping.Input, Output = mapping.Output, System = mapping.System, Media = mapping.Media, Group = mapping.Group, Date = mapping.Date, Slice = mapping.Slice, Split = mapping.Split,
        SourceId = mapping.SourceId, InputEnding = mapping.InputEnding, OutputEnding = mapping.OutputEnding,
    };

    public ColumnMapping On(ColumnMapping guessed, IReadOnlyList<string> columns) => guessed with
    {
        Input = Template(Input) ?? guessed.Input, Output = Template(Output) ?? guessed.Output, System = Template(System) ?? guessed.System, Media = Template(Media) ?? guessed.Media,
        Group = Group ?? guessed.Group, Date = Date ?? guessed.Date, Slice = Slice ?? guessed.Slice, Split = Split ?? guessed.Split, SourceId = SourceId ?? guessed.SourceId,
        InputEnding = InputEnding ?? guessed.InputEnding, OutputEnding = OutputEnding ?? guessed.OutputEnding,
    } is var mapping && mapping.Columns.FirstOrDefault(c => !columns.Contains(c)) is { } missing
        ? throw DataWords.Wrong("mapping", $"names the column \"{missing}\", which the file has not. Its columns are: {string.Join(", ", columns.Take(50))}") : mapping;

    private static string? Template(string? text) => text is null or "" || text.Contains("{{", StringComparison.Ordinal) ? text : RowTemplate.Of(text);
}

internal sealed record ImportBody
{
    public LayoutBody? Layout { get; init; }

    public MappingBody? Mapping { get; init; }
}

internal sealed record FileAnswer(string Id, string FileName, long Bytes, string Sha256, DateTime UploadedAt, [property: Description("uploaded, mapped, importing, imported, failed or replaced.")] string State)
{
    [Description("The same file was here already; this is that one.")]
    public bool IsRepeat { get; init; }

    [Description("How much of the file is read, while it is imported.")]
    public long BytesRead { get; init; }

    public int RowsRead { get; init; }

    [Description("Rows that take part in the next version.")]
    public int RowsTakingPart { get; init; }

    public int RowsSetAside { get; init; }

    [Description("Why it could not be imported; empty otherwise.")]
    public string Failure { get; init; } = "";

    public DateTime? ImportedAt { get; init; }

    public LayoutBody? Layout { get; init; }

    [Description("As it is or was read; null until an import began.")]
    public MappingBody? Mapping { get; init; }

    public static FileAnswer Of(DatasetImport import, bool isRepeat = false) => new(import.Id, import.FileName, import.Length, import.Sha256, import.UploadedAt, DataWords.Of(import.State))
    {
        IsRepeat = isRepeat, BytesRead = import.BytesRead, RowsRead = import.ReadCount, RowsTakingPart = import.AcceptedCount, RowsSetAside = import.SetAsideCount, Failure = import.Failure,
        ImportedAt = import.ImportedAt, Layout = LayoutBody.Of(import.Layout), Mapping = import.Mapping is { } mapping ? MappingBody.Of(mapping) : null,
    };
}

internal sealed record PreviewAnswer(
    LayoutBody Layout, IReadOnlyList<string> Columns, [property: Description("Guessed, or remembered from a file of the same make.")] MappingBody Mapping, bool IsRemembered, IReadOnlyList<PreviewRow> Rows,
    IReadOnlyList<PreviewExample> Examples, SourceChoices Choices);
