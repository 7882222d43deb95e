using Portal.Features.Define;
using Portal.Features.Tenancy;

namespace Portal.Features.Data;

/// <summary>All that the Data page does, for programs with a key. Ids of others are answered as ids that never were.</summary>
internal static class DataApi
{
    /// <summary>The reference that these addresses stand in.</summary>
    public const string Document = "data";

    public static void MapDataApi(this WebApplication app)
    {
        var api = app.MapForKeys().WithGroupName(Document);
        api.MapGet("/projects", ListAsync).Reads().Says<ListAnswer<ProjectSummary>>("Projects", "List projects", "The projects that the key reaches, the newest first.");
        api.MapPost("/projects", CreateAsync).Writes().Takes<ProjectBody>().Says<ProjectAnswer>("Projects", "Create a project",
            "Only the name is needed; the task can be defined later, here or on its page. A key of chosen projects cannot create others.", StatusCodes.Status201Created);
        api.MapGet("/projects/{projectId}", GetAsync).Reads().Says<ProjectAnswer>("Projects", "Read a project", "The project and its task.");
        api.MapDataFiles();
        api.MapDataRows();
        api.MapDataVersions();
        api.MapDataSynthetic();
    }

    private static async Task<IResult> ListAsync(ProjectService projects, CancellationToken ct) =>
        Results.Json(new ListAnswer<ProjectSummary>([.. (await projects.ListAsync(ct)).Select(p => new ProjectSummary(p.Id, p.Name, p.CreatedAt, p.Goal))]));

    private static async Task<IResult> GetAsync(string projectId, ProjectService projects, CancellationToken ct) => Results.Json(ProjectAnswer.Of(await projects.GetAsync(projectId, ct)));

    private static Task<IResult> CreateAsync(HttpContext http, ProjectService projects, PostedOnce once) => once.AnswerAsync<ProjectBody>(http, async body =>
    {
        var ct = http.RequestAborted;
        var (kind, metric) = (DataWords.Parse("kind", body.Kind, TaskKind.Classify), DataWords.ParseOrNull<MetricKind>("metric", body.Metric));
        var draft = new TaskDraft(body.Goal ?? "", kind, body.Instruction ?? "", body.Labels ?? [], metric ?? TaskDefinition.MetricsFor(kind)[0], body.Target);
        var project = await projects.CreateAsync(body.Name ?? throw DataWords.Wrong("name", "is missing"), draft, ct);
        return new KeyAnswer(StatusCodes.Status201Created, ProjectAnswer.Of(await projects.GetAsync(project.Id, ct)), $"{KeyApi.Root}/projects/{project.Id}");
    });
}
