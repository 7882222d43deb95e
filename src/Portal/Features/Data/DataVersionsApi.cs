using Portal.Features.Define;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Frozen versions, for programs.</summary>
internal static class DataVersionsApi
{
    private const string Versions = "Versions";

    public static void MapDataVersions(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{projectId}/versions");
        project.MapGet("", ListAsync).Reads().Says<ListAnswer<VersionAnswer>>(Versions, "List versions", "The last 25, the newest first.");
        project.MapPost("", FreezeAsync).Writes().Takes<FreezeBody>().Says<VersionAnswer>(Versions, "Freeze a version",
            "Splits and copies the rows worked on now; from then on nothing of it changes. Where findings stand against it, the refusal has them. "
            + "With ?wait=60 the answer comes when it is done, after 60 seconds at most: 201 if it is, 202 if it goes on.", 201, 202);
        project.MapGet("/{versionId}", GetAsync).Reads().Says<VersionAnswer>(Versions, "Read a version", "Its state, its splits and the hash of what is in it.");
        project.MapGet("/{versionId}/rows", RowsAsync).ReadsRows().Says<PageAnswer<VersionRowAnswer>>(Versions, "List a version's rows",
            "?split=training or validation, 25 a page, from ?page=1; ?q= searches. The test split is sealed: it has no rows to show.");
        project.MapGet("/{versionId}/changes", CompareAsync).Reads().Says<ChangesAnswer>(Versions, "Compare with another version",
            "What changed since the version ?from=: how many rows of each split came, went and changed, how often each label stands, and the settings that differ.");
        project.MapGet("/{versionId}/{split}/{ending}", DownloadApi.DownloadAsync).ReadsRows().Produces<string>(200, "application/jsonl", "text/csv", "application/zip").Is(Versions, "Download a version",
            "The rows of training, validation or training-and-validation, whole, as gemini.jsonl, openai.jsonl or rows.csv; as gemini.zip, openai.zip or rows.zip the same table stands beside its "
            + "files, which it names media/<SHA-256>/<name>, and an upload takes the ZIP as it is. The test split is sealed.");
    }

    private static async Task<IResult> ListAsync(string projectId, DatasetService datasets, CancellationToken ct) =>
        Results.Json(new ListAnswer<VersionAnswer>([.. (await datasets.OverviewAsync(projectId, ct)).Versions.Select(VersionAnswer.Of)]));

    private static async Task<IResult> GetAsync(string projectId, string versionId, VersionService versions, CancellationToken ct) => Results.Json(VersionAnswer.Of(await versions.FindAsync(projectId, versionId, ct)));

    private static Task<IResult> FreezeAsync(
        string projectId, string? wait, HttpContext http, DatasetService datasets, VersionService versions, FindingService findings, FindingReport report, PostedOnce once) =>
        once.AnswerAsync<FreezeBody>(http, async body =>
        {
            var ct = http.RequestAborted;
            DataWords.Wait(wait);
            var method = DataWords.ParseOrNull<SplitMethod>("split", body.Split);
            var data = await datasets.OverviewAsync(projectId, ct);
            await SettleAsync(data, body.OpenFindings, findings, report, ct);
            var begun = await versions.FreezeAsync(projectId, body.Note ?? "", method, ct);
            var version = await DataFilesApi.WaitAsync(http, wait, () => versions.FindAsync(projectId, begun.Id, ct), v => v.State is VersionState.Freezing);
            return version.State is VersionState.Failed
                ? throw new CallRefusedException(StatusCodes.Status422UnprocessableEntity, "freezeFailed", version.Failure)
                : new KeyAnswer(version.State is VersionState.Frozen ? StatusCodes.Status201Created : StatusCodes.Status202Accepted, VersionAnswer.Of(version), $"{KeyApi.Root}/projects/{projectId}/versions/{version.Id}");
        });

    private static async Task SettleAsync(DataOverview data, string? openFindings, FindingService findings, FindingReport report, CancellationToken ct)
    {
        if (openFindings is not (null or "keep"))
        {
            throw DataWords.Wrong("openFindings", "is keep, or left out");
        }

        if (data.Working is not { } import)
        {
            return;
        }

        var against = data.Findings.Where(f => f.Severity is FindingSeverity.Blocks || (f.IsOpen && openFindings is null)).ToList();
        if (against.Count > 0)
        {
            throw await report.RefusalAsync(import, against, "findingsOpen", data.FreezeObstacle is { } obstacle
                ? $"{obstacle}. Settle the findings below, each with its remedy, or send \"openFindings\": \"keep\" for those that only need a decision." : "Findings stand against it.", ct);
        }

        foreach (var open in data.Findings.Where(f => f.IsOpen))
        {
            await findings.DecideAsync(open.Id, FindingDecision.Keep, ct);
        }
    }

    private static async Task<IResult> CompareAsync(string projectId, string versionId, string? from, VersionComparison comparison, CancellationToken ct)
    {
        var found = await comparison.ReadAsync(projectId, from ?? throw DataWords.Wrong("from", "is missing: the id of the version to compare with"), versionId, RowChange.Added, 0, ct);
        return Results.Json(new ChangesAnswer(
            VersionAnswer.Of(found.Before), VersionAnswer.Of(found.After), DataWords.Of(found.Pairing), found.Same,
            [.. found.Counts.Select(c => new ChangeAnswer(DataWords.Of(c.Change), c.Rows, c.Train, c.Validation, c.Test, c.Sealed))], found.Labels, found.Settings));
    }

    private static async Task<IResult> RowsAsync(string projectId, string versionId, string? split, string? q, string? page, VersionService versions, CancellationToken ct)
    {
        await versions.FindAsync(projectId, versionId, ct);
        var (number, asked) = (DataWords.Page(page), SplitMethods.Named(split ?? "training") ?? throw DataWords.Wrong("split", "is training or validation"));
        var rows = await versions.RowsAsync(versionId, asked, q ?? "", number, ct);
        return Results.Json(new PageAnswer<VersionRowAnswer>([.. rows.Rows.Select(r => new VersionRowAnswer(r.Number, r.Input, r.Output, r.IsSynthetic))], number + 1, rows.Total));
    }
}
