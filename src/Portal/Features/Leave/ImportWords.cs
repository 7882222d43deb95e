using Portal.Components;

namespace Portal.Features.Leave;

internal static class ImportWords
{
    /// <summary>"1 version", "2 versions".</summary>
    public static string Count(long count, string one, string? many = null) => $"{Show.Count(count)} {(count is 1 ? one : many ?? one + "s")}";

    public static string Of(FigureReport report) =>
        $"{Count(report.Rows, "row")}; the hashes of {Count(report.Versions, "version")}, the figures of {Count(report.Runs, "run")} and {Count(report.Evaluations, "evaluation")}, "
        + $"and {Count(report.Sums, "sum")} of usage came out as the archive has them."
        + (report.Older.Count > 0 ? $" {Count(report.Older.Count, "figure is", "figures are")} older than the last change of the task, so nobody can compute them again; they stay as they were." : "");
}
