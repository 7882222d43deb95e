using Portal.Features.Define;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>Findings, decisions and the rows worked on, for programs.</summary>
internal static class DataRowsApi
{
    private const string Findings = "Findings and rows";

    public static void MapDataRows(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{projectId}");
        project.MapGet("/files/{importId}/findings", ListAsync).Reads().Says<ListAnswer<FindingAnswer>>(Findings, "List findings",
            "What was found in an imported file, the gravest first; each with its remedy and, for a key that reads data, the rows and lines where it stands.");
        project.MapPost("/findings/{findingId}/decision", DecideAsync).Writes().Takes<DecisionBody>().Says<FindingAnswer>(Findings, "Decide about a finding",
            "For all its rows. Null takes the decision back. Which rows take part is worked out anew.");
        project.MapGet("/findings/{findingId}/rows", FindingRowsAsync).ReadsRows().Says<RowListAnswer>(Findings, "List a finding's rows", "25 at once, those behind row ?after=. Sealed rows are left out.");
        project.MapPost("/files/{importId}/rows/{number}/decision", DecideRowAsync).Writes().Takes<DecisionBody>().Says<FileAnswer>(Findings, "Decide about one row",
            "Over what its findings say: keep, setAside or quarantine; null takes it back.");
        project.MapGet("/rows", RowsAsync).ReadsRows().Says<RowListAnswer>(Findings, "List rows",
            "The rows worked on now, 25 at once, those behind row ?after=; ?q= searches in them, ?status= is takesPart, quarantined, dropped, edited, byHand or synthetic. Long texts are cut. Sealed rows are counted, never shown.");
    }

    private static async Task<IResult> ListAsync(string projectId, string importId, ProjectService projects, DatasetService datasets, FindingService findings, FindingReport report, CancellationToken ct)
    {
        var import = await datasets.FindAsync(projectId, importId, ct);
        var (_, task) = await projects.GetAsync(projectId, ct);
        return Results.Json(new ListAnswer<FindingAnswer>(await report.OfAsync(import, await findings.ListAsync(importId, task.Kind, ct), ct)));
    }

    private static Task<IResult> DecideAsync(string projectId, string findingId, HttpContext http, FindingService findings, PostedOnce once) => once.AnswerAsync<DecisionBody>(http, async body =>
    {
        await findings.FindAsync(projectId, findingId, http.RequestAborted);
        await findings.DecideAsync(findingId, DataWords.ParseOrNull<FindingDecision>("decision", body.Decision), http.RequestAborted);
        return new KeyAnswer(StatusCodes.Status200OK, FindingAnswer.Of(await findings.FindAsync(projectId, findingId, http.RequestAborted), []));
    });

    private static async Task<IResult> FindingRowsAsync(string projectId, string findingId, string? after, FindingService findings, RowService rows, CancellationToken ct)
    {
        await findings.FindAsync(projectId, findingId, ct);
        return await PageAsync(projectId, new RowQuery(FindingId: findingId), after, rows, ct);
    }

    private static Task<IResult> DecideRowAsync(string projectId, string importId, string number, HttpContext http, DatasetService datasets, FindingService findings, PostedOnce once) =>
        once.AnswerAsync<DecisionBody>(http, async body =>
        {
            var ct = http.RequestAborted;
            await datasets.FindAsync(projectId, importId, ct);
            var row = int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : throw DataWords.Wrong("number", "is a row's number, from 1");
            await findings.DecideRowAsync(importId, row, DataWords.ParseOrNull<FindingDecision>("decision", body.Decision), ct);
            return new KeyAnswer(StatusCodes.Status200OK, FileAnswer.Of(await datasets.FindAsync(projectId, importId, ct)));
        });

    private static async Task<IResult> RowsAsync(string projectId, string? q, string? status, string? after, ProjectService projects, RowService rows, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        return await PageAsync(projectId, new RowQuery(q ?? "", Status: DataWords.Parse("status", status, RowStatus.Any)), after, rows, ct);
    }

    private static async Task<IResult> PageAsync(string projectId, RowQuery query, string? after, RowService rows, CancellationToken ct)
    {
        var found = await rows.ListAsync(projectId, query with { After = DataWords.After(after) }, ct);
        int? next = found.SearchedTo ?? (found.HasLater && found.Rows is [.., var last] ? last.Number : null);
        return Results.Json(new RowListAnswer(
            [.. found.Rows.Select(r => new RowAnswer(r.Number, r.Input, r.Output, r.SetAsideBy is { } rule ? DataWords.Of(rule) : null, r.Reason) { IsSynthetic = r.Origin is RowOrigin.Synthetic })], next, found.Total, found.Counts.Sealed));
    }
}
