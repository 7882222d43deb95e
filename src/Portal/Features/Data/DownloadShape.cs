namespace Portal.Features.Data;

/// <summary>How the rows of a version are written for somebody who takes them along.</summary>
public enum DownloadShape
{
    Gemini,
    OpenAi,
    Csv,
}

internal static class DownloadShapes
{
    /// <summary>How the address and the file of a download end.</summary>
    public static string Ending(DownloadShape shape) => shape switch
    {
        DownloadShape.Gemini => "gemini.jsonl",
        DownloadShape.OpenAi => "openai.jsonl",
        _ => "rows.csv",
    };

    public static DownloadShape? Named(string ending) => Enum.GetValues<DownloadShape>().Where(s => Ending(s) == ending).Select(s => (DownloadShape?)s).SingleOrDefault();

    public static string Words(DownloadShape shape) => shape switch
    {
        DownloadShape.Gemini => "Gemini JSONL",
        DownloadShape.OpenAi => "OpenAI JSONL",
        _ => "CSV",
    };
}
