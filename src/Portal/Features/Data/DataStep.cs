using Portal.Components;

namespace Portal.Features.Data;

public sealed class DataStep(DatasetService datasets) : IProjectStep
{
    public int Number => 2;

    public string Name => "Data";

    public string Path => "data";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        var data = await datasets.OverviewAsync(projectId, ct);
        return data switch
        {
            { Freezing: { } freezing } => new StepStatus(StepState.Working, $"Freezing v{freezing.Number}: {Show.Count(freezing.Done)} of {Show.Count(freezing.Total)} rows"),
            { UnderWay: { } import } => new StepStatus(StepState.Working, $"Importing {import.FileName}: {Show.Count(import.ReadCount)} rows read"),
            { IsFrozen: true, Latest: { } latest } => new StepStatus(StepState.Done, FactOf(latest)),
            { Working: null, Latest: null, IsDefined: false } => StepStatus.Waits("Waits for a complete task"),
            { Working: null, Imports: [{ State: ImportState.Failed } failed, ..] } => new StepStatus(StepState.Blocked, $"{failed.FileName} could not be imported", "Look into it"),
            { Working: null, Imports: [var uploaded, ..] } => new StepStatus(StepState.Now, $"{uploaded.FileName} is uploaded; choose its columns", "Choose columns"),
            { Working: null } => new StepStatus(StepState.Now, "Upload examples as CSV, Excel, JSON or JSONL", "Upload"),
            { Working: { } working } when data.Findings.Count(f => f.IsOpen || f.Severity is FindingSeverity.Blocks) is > 0 and var open =>
                new StepStatus(StepState.Blocked, $"{Show.Count(working.AcceptedCount)} examples, {open} {(open is 1 ? "finding needs" : "findings need")} you", "Settle findings"),
            { Working: { } working, Latest: { } latest } => new StepStatus(StepState.Done, $"{FactOf(latest)} · {Show.Count(working.AcceptedCount)} newer rows are not frozen"),
            { Working: { } working } => new StepStatus(StepState.Now, $"{Show.Count(working.AcceptedCount)} examples, ready to freeze", "Freeze"),
        };
    }

    private static string FactOf(DatasetVersion version)
    {
        var counts = $"v{version.Number} frozen · {Show.Count(version.TrainCount)} / {Show.Count(version.ValidationCount)} / {Show.Count(version.TestCount)}";
        return version.KeptTogetherCount is 0 ? counts : $"{counts} · {Show.Count(version.KeptTogetherCount)} near-duplicates kept together";
    }
}
