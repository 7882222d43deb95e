using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>models: get, list, patch, delete, versions, checkpoints, aliases. A tuned model here has one version.</summary>
internal sealed class ModelApi(RegistryState registry, OperationState operations, TrainingFolders folders, TuningState jobs, TimeProvider time)
{
    private static readonly Dictionary<string, Func<ModelRecord, string>> s_filterFields = new()
    {
        ["model"] = record => record.Model.Name[(record.Model.Name.LastIndexOf('/') + 1)..],
        ["displayName"] = record => record.Model.DisplayName,
        ["baseModelName"] = record => record.Model.BaseModelSource?.GenieSource?.BaseModelUri ?? "",
    };

    public static void Map(IEndpointRouteBuilder version)
    {
        var group = version.MapGroup("/projects/{project}/locations/{location}/models");
        group.MapGet("", (HttpContext http, string project, string location, ModelApi api) => api.List(http, ResourceScope.Of(project, location)));
        group.MapGet("/{id}", (string project, string location, string id, ModelApi api) => api.Get(ResourceScope.Of(project, location), id));
        group.MapPatch("/{id}", (HttpContext http, string project, string location, string id, ModelApi api) =>
            api.PatchAsync(http, ResourceScope.Of(project, location), id));
        group.MapDelete("/{id}", (string project, string location, string id, ModelApi api) => api.Delete(ResourceScope.Of(project, location), id));
        group.MapDelete("/{id}:deleteVersion", (string project, string location, string id, ModelApi api) =>
            api.DeleteVersion(ResourceScope.Of(project, location), id));
        group.MapGet("/{id}:listVersions", (string project, string location, string id, ModelApi api) =>
            api.ListVersions(ResourceScope.Of(project, location), id));
        group.MapGet("/{id}:listCheckpoints", (string project, string location, string id, ModelApi api) =>
            api.ListCheckpoints(ResourceScope.Of(project, location), id));
        group.MapPost("/{id}:mergeVersionAliases", (HttpContext http, string project, string location, string id, ModelApi api) =>
            api.MergeAliasesAsync(http, ResourceScope.Of(project, location), id));
    }

    private ModelRecord Find(ResourceScope scope, string id) => registry.GetModel(scope.Resource("models", id));

    private IResult List(HttpContext http, ResourceScope scope)
    {
        var matches = ResourceFilter.Parse<ModelRecord>(http.Request.Query["filter"], record => record.Model.Labels, s_filterFields);
        var prefix = scope.Resource("models", "");
        var (items, token) = Paging.Page(
            http,
            registry.Models.All().Where(record => record.Model.Name.StartsWith(prefix, StringComparison.Ordinal) && matches(record)),
            record => Paging.NewestFirst(record.Model.CreateTime, record.Model.Name));
        return VertexReply.Ok(new VertexListModelsResponse { Models = [.. items.Select(registry.View)], NextPageToken = token });
    }

    private IResult Get(ResourceScope scope, string id) => VertexReply.Ok(registry.View(Find(scope, id)));

    private IResult ListVersions(ResourceScope scope, string id) =>
        VertexReply.Ok(new VertexListModelsResponse { Models = [registry.View(Find(scope, id))] });

    private IResult ListCheckpoints(ResourceScope scope, string id) =>
        VertexReply.Ok(new VertexListModelCheckpointsResponse { Checkpoints = Find(scope, id).Model.Checkpoints });

    private async Task<IResult> PatchAsync(HttpContext http, ResourceScope scope, string id)
    {
        var body = await VertexBody.ReadAsync<VertexModel>(http);
        var mask = UpdateMask.From(http, "displayName", "description", "versionDescription", "labels", "defaultCheckpointId");
        return Change(scope, id, model =>
        {
            var changed = model with
            {
                DisplayName = mask.Pick("displayName", body.DisplayName, model.DisplayName),
                Description = mask.Pick("description", body.Description, model.Description),
                VersionDescription = mask.Pick("versionDescription", body.VersionDescription, model.VersionDescription),
                Labels = mask.Pick("labels", body.Labels, model.Labels, body.Labels.Count > 0),
                DefaultCheckpointId = mask.Pick("defaultCheckpointId", body.DefaultCheckpointId, model.DefaultCheckpointId),
            };
            Check(model, changed);
            return changed;
        });
    }

    private static void Check(VertexModel before, VertexModel after)
    {
        if (after.DisplayName.Length is 0 or > 128)
        {
            throw Refusal.Invalid("The display name must have 1 to 128 characters.");
        }

        if (Labels.Fault(after.Labels, Labels.LongestOnResource) is { } fault)
        {
            throw Refusal.Invalid(fault);
        }

        if (after.DefaultCheckpointId != before.DefaultCheckpointId && before.Checkpoints.All(checkpoint => checkpoint.CheckpointId != after.DefaultCheckpointId))
        {
            throw Refusal.Invalid($"The model has no checkpoint \"{after.DefaultCheckpointId}\".");
        }
    }

    private async Task<IResult> MergeAliasesAsync(HttpContext http, ResourceScope scope, string id)
    {
        var asked = (await VertexBody.ReadAsync<MergeVersionAliasesRequest>(http)).VersionAliases;
        return Change(scope, id, model => model with
        {
            VersionAliases =
            [
                .. model.VersionAliases.Concat(asked.Where(alias => !alias.StartsWith('-'))).Distinct().Where(alias => alias == "default" || !asked.Contains("-" + alias)),
            ],
        });
    }

    private IResult Change(ResourceScope scope, string id, Func<VertexModel, VertexModel> change)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var changed = registry.Models.Change(Find(scope, id).Model.Name, record => record with
        {
            Model = change(record.Model) with { UpdateTime = now, VersionUpdateTime = now, Etag = RegistryState.Etag(now) },
        });
        return VertexReply.Ok(registry.View(changed ?? throw Refusal.NoResource("Model", scope.Resource("models", id))));
    }

    private IResult Delete(ResourceScope scope, string id)
    {
        lock (registry.Gate)
        {
            var record = Find(scope, id);
            if (registry.View(record).DeployedModels is [var first, ..])
            {
                throw Refusal.Precondition($"The Model \"{record.Model.Name}\" is deployed or being deployed at the following Endpoint(s): {first.Endpoint}. Undeploy it first.");
            }

            registry.Models.Remove(record.Model.Name);
            folders.Of(record.JobId).Close(keepAdapters: false);
            jobs.ForgetSamples(record.JobId);
        }

        return VertexReply.Ok(operations.Start(scope, "Delete", "google.protobuf.Empty", null));
    }

    private IResult DeleteVersion(ResourceScope scope, string id)
    {
        var record = Find(scope, id);
        throw Refusal.Precondition($"Version {record.Model.VersionId} is the only version of Model \"{record.Model.Name}\". Delete the model instead.");
    }
}
