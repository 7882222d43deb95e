namespace Portal.Features.Data;

/// <summary>How the rows of a version are written for somebody who takes them along: as a table, or as one beside the files that it names.</summary>
public enum DownloadShape
{
    Gemini,
    OpenAi,
    Csv,
    GeminiZip,
    OpenAiZip,
    CsvZip,
}

internal static class DownloadShapes
{
    public static IReadOnlyList<DownloadShape> Tables { get; } = [.. Enum.GetValues<DownloadShape>().Where(s => !IsZip(s))];

    public static bool IsZip(DownloadShape shape) => shape is DownloadShape.GeminiZip or DownloadShape.OpenAiZip or DownloadShape.CsvZip;

    /// <summary>How the rows themselves are written.</summary>
    public static DownloadShape TableOf(DownloadShape shape) => shape switch
    {
        DownloadShape.GeminiZip => DownloadShape.Gemini,
        DownloadShape.OpenAiZip => DownloadShape.OpenAi,
        DownloadShape.CsvZip => DownloadShape.Csv,
        _ => shape,
    };

    public static DownloadShape ZipOf(DownloadShape table) => Enum.GetValues<DownloadShape>().Single(s => IsZip(s) && TableOf(s) == table);

    /// <summary>How the address and the file of a download end.</summary>
    public static string Ending(DownloadShape shape) => shape switch
    {
        DownloadShape.Gemini => "gemini.jsonl",
        DownloadShape.OpenAi => "openai.jsonl",
        DownloadShape.Csv => "rows.csv",
        DownloadShape.GeminiZip => "gemini.zip",
        DownloadShape.OpenAiZip => "openai.zip",
        _ => "rows.zip",
    };

    public static DownloadShape? Named(string ending) => Enum.GetValues<DownloadShape>().Where(s => Ending(s) == ending).Select(s => (DownloadShape?)s).SingleOrDefault();

    public static string Words(DownloadShape shape) => TableOf(shape) switch
    {
        DownloadShape.Gemini => "Gemini JSONL",
        DownloadShape.OpenAi => "OpenAI JSONL",
        _ => "CSV",
    };
}

/// <summary>Which splits of a version a download has.</summary>
internal static class DownloadedSplits
{
    /// <summary>All that may be downloaded at all.</summary>
    public const string Both = "training-and-validation";

    public static IReadOnlyList<Split>? Named(string word) => word is Both ? [Split.Train, Split.Validation] : SplitMethods.Named(word) is { } split ? [split] : null;

    public static string Word(IReadOnlyList<Split> splits) => splits is [var only] ? SplitMethods.Word(only) : Both;

    public static string Words(IReadOnlyList<Split> splits) => string.Join(" and ", splits.Select(SplitMethods.Word));
}
