using Portal.Sandbox.Storage;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>tuningJobs: create, get, list, cancel.</summary>
internal sealed class TuningApi(TuningState jobs, StorageState storage, TimeProvider time)
{
    private static readonly Dictionary<string, Func<TuningRecord, string>> s_filterFields = new()
    {
        ["state"] = record => record.Job.State,
        ["baseModel"] = record => record.Job.BaseModel,
        ["tunedModelDisplayName"] = record => record.Job.TunedModelDisplayName,
        ["name"] = record => record.Job.Name,
    };

    public static void Map(IEndpointRouteBuilder version)
    {
        var group = version.MapGroup("/projects/{project}/locations/{location}/tuningJobs");
        group.MapPost("", (HttpContext http, string project, string location, TuningApi api) => api.CreateAsync(http, ResourceScope.Of(project, location)));
        group.MapGet("", (HttpContext http, string project, string location, TuningApi api) => api.List(http, ResourceScope.Of(project, location)));
        group.MapGet("/{id}", (string project, string location, string id, TuningApi api) => api.Get(ResourceScope.Of(project, location), id));
        group.MapPost("/{id}:cancel", (string project, string location, string id, TuningApi api) => api.Cancel(ResourceScope.Of(project, location), id));
    }

    private static string Name(ResourceScope scope, string id) => scope.Resource("tuningJobs", id);

    private async Task<IResult> CreateAsync(HttpContext http, ResourceScope scope)
    {
        var asked = await VertexBody.ReadAsync<VertexTuningJob>(http);
        if (scope.Location is "global" or "us" or "eu")
        {
            throw Refusal.Invalid($"Tuning is not supported in location \"{scope.Location}\".");
        }

        var model = new TuningRules(storage).Check(scope, asked);
        var now = time.GetUtcNow().UtcDateTime;
        var job = new VertexTuningJob
        {
            Name = Name(scope, NewId.Next()),
            BaseModel = asked.BaseModel,
            TunedModelDisplayName = asked.TunedModelDisplayName.Length > 0 ? asked.TunedModelDisplayName : $"{asked.BaseModel}-{Guid.NewGuid()}",
            Description = asked.Description,
            Labels = asked.Labels,
            ServiceAccount = asked.ServiceAccount,
            SupervisedTuningSpec = asked.SupervisedTuningSpec,
            State = VertexJobState.Pending,
            CreateTime = now,
            UpdateTime = now,
        };
        var serving = new ResourceScope(scope.Project, model.ServingLocations[scope.Location]);
        return VertexReply.Ok(jobs.Add(job, serving.Name).Job);
    }

    private IResult Get(ResourceScope scope, string id) => VertexReply.Ok(jobs.Get(Name(scope, id)).Job);

    private IResult List(HttpContext http, ResourceScope scope)
    {
        var matches = ResourceFilter.Parse<TuningRecord>(http.Request.Query["filter"], record => record.Job.Labels, s_filterFields);
        var prefix = Name(scope, "");
        var (items, token) = Paging.Page(
            http, jobs.All().Where(record => record.Job.Name.StartsWith(prefix, StringComparison.Ordinal) && matches(record)), TuningState.Place);
        return VertexReply.Ok(new VertexListTuningJobsResponse { TuningJobs = [.. items.Select(record => record.Job)], NextPageToken = token });
    }

    private IResult Cancel(ResourceScope scope, string id)
    {
        jobs.RequestCancel(Name(scope, id), time.GetUtcNow().UtcDateTime);
        return VertexReply.Empty();
    }
}
