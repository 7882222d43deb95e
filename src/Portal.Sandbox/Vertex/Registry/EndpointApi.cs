using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>endpoints: create, get, list, patch, deploy, undeploy, delete.</summary>
internal sealed partial class EndpointApi(RegistryState registry, OperationState operations, TimeProvider time)
{
    private const string Message = "google.cloud.aiplatform.v1.";

    private static readonly Dictionary<string, Func<VertexEndpoint, string>> s_filterFields = new()
    {
        ["endpoint"] = endpoint => endpoint.Name[(endpoint.Name.LastIndexOf('/') + 1)..],
        ["displayName"] = endpoint => endpoint.DisplayName,
    };

    public static void Map(IEndpointRouteBuilder version)
    {
        var group = version.MapGroup("/projects/{project}/locations/{location}/endpoints");
        group.MapGet("", (HttpContext http, string project, string location, EndpointApi api) => api.List(http, ResourceScope.Of(project, location)));
        group.MapPost("", (HttpContext http, string project, string location, EndpointApi api) => api.CreateAsync(http, ResourceScope.Of(project, location)));
        group.MapGet("/{id}", (string project, string location, string id, EndpointApi api) =>
            VertexReply.Ok(api.Find(ResourceScope.Of(project, location), id)));
        group.MapPatch("/{id}", (HttpContext http, string project, string location, string id, EndpointApi api) =>
            api.PatchAsync(http, ResourceScope.Of(project, location), id));
        group.MapDelete("/{id}", (string project, string location, string id, EndpointApi api) => api.Delete(ResourceScope.Of(project, location), id));
        group.MapPost("/{id}:deployModel", (HttpContext http, string project, string location, string id, EndpointApi api) =>
            api.DeployAsync(http, ResourceScope.Of(project, location), id));
        group.MapPost("/{id}:undeployModel", (HttpContext http, string project, string location, string id, EndpointApi api) =>
            api.UndeployAsync(http, ResourceScope.Of(project, location), id));
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private static string Name(ResourceScope scope, string id) => scope.Resource("endpoints", id);

    private VertexEndpoint Find(ResourceScope scope, string id) => registry.GetEndpoint(Name(scope, id));

    private IResult List(HttpContext http, ResourceScope scope)
    {
        var matches = ResourceFilter.Parse(http.Request.Query["filter"], endpoint => endpoint.Labels, s_filterFields);
        var prefix = Name(scope, "");
        var (items, token) = Paging.Page(
            http,
            registry.Endpoints.All().Where(endpoint => endpoint.Name.StartsWith(prefix, StringComparison.Ordinal) && matches(endpoint)),
            endpoint => Paging.NewestFirst(endpoint.CreateTime, endpoint.Name));
        return VertexReply.Ok(new VertexListEndpointsResponse { Endpoints = items, NextPageToken = token });
    }

    private async Task<IResult> CreateAsync(HttpContext http, ResourceScope scope)
    {
        var body = await VertexBody.ReadAsync<VertexEndpoint>(http);
        var id = (string?)http.Request.Query["endpointId"] is { Length: > 0 } asked ? asked : NewId.Next();
        if (!EndpointId().IsMatch(id))
        {
            throw Refusal.Invalid($"Invalid endpoint id \"{id}\".");
        }

        Check(body);
        var now = Now;
        var endpoint = new VertexEndpoint
        {
            Name = Name(scope, id),
            DisplayName = body.DisplayName,
            Description = body.Description,
            Labels = body.Labels,
            PredictRequestResponseLoggingConfig = body.PredictRequestResponseLoggingConfig,
            CreateTime = now,
            UpdateTime = now,
            Etag = RegistryState.Etag(now),
        };
        lock (registry.Gate)
        {
            if (registry.Endpoints.TryGet(endpoint.Name, out _))
            {
                throw new Refusal(409, VertexErrorStatus.AlreadyExists, $"The Endpoint \"{endpoint.Name}\" already exists.");
            }

            registry.Endpoints.Put(endpoint.Name, endpoint);
        }

        return VertexReply.Ok(operations.Start(scope, "CreateEndpoint", Message + "Endpoint", endpoint));
    }

    private async Task<IResult> PatchAsync(HttpContext http, ResourceScope scope, string id)
    {
        var body = await VertexBody.ReadAsync<VertexEndpoint>(http);
        var mask = UpdateMask.From(http, "displayName", "description", "labels", "trafficSplit", "predictRequestResponseLoggingConfig");
        return VertexReply.Ok(Change(Name(scope, id), endpoint =>
        {
            var changed = endpoint with
            {
                DisplayName = mask.Pick("displayName", body.DisplayName, endpoint.DisplayName),
                Description = mask.Pick("description", body.Description, endpoint.Description),
                Labels = mask.Pick("labels", body.Labels, endpoint.Labels, body.Labels.Count > 0),
                TrafficSplit = mask.Pick("trafficSplit", body.TrafficSplit, endpoint.TrafficSplit, body.TrafficSplit.Count > 0),
                PredictRequestResponseLoggingConfig = mask.Pick(
                    "predictRequestResponseLoggingConfig", body.PredictRequestResponseLoggingConfig, endpoint.PredictRequestResponseLoggingConfig,
                    body.PredictRequestResponseLoggingConfig is not null),
            };
            Check(changed);
            TrafficRules.Check(changed);
            return changed;
        }));
    }

    private async Task<IResult> DeployAsync(HttpContext http, ResourceScope scope, string id)
    {
        var body = await VertexBody.ReadAsync<VertexDeployModelRequest>(http);
        var asked = body.DeployedModel ?? throw Refusal.Invalid("deployed_model is required.");
        var deployedId = asked.Id.Length > 0 ? asked.Id : NewId.Next();
        lock (registry.Gate)
        {
            var modelName = ResourceNames.Normalize(asked.Model);
            var model = registry.GetModel(modelName).Model;
            if (!model.Name.StartsWith(scope.Name + "/", StringComparison.Ordinal))
            {
                throw Refusal.Invalid($"The Model \"{modelName}\" and the Endpoint must be in the same project and location.");
            }

            if (asked.CheckpointId.Length > 0 && model.Checkpoints.All(checkpoint => checkpoint.CheckpointId != asked.CheckpointId))
            {
                throw Refusal.Invalid($"The Model \"{model.Name}\" has no checkpoint \"{asked.CheckpointId}\".");
            }

            var deployed = asked with
            {
                Id = deployedId,
                Model = model.Name,
                ModelVersionId = model.VersionId,
                DisplayName = asked.DisplayName.Length > 0 ? asked.DisplayName : model.DisplayName,
                CreateTime = Now,
            };
            Change(Name(scope, id), endpoint => TrafficRules.Deploy(endpoint, deployed, body.TrafficSplit));
            return VertexReply.Ok(operations.Start(scope, "DeployModel", Message + "DeployModelResponse", new VertexDeployModelResponse { DeployedModel = deployed }));
        }
    }

    private async Task<IResult> UndeployAsync(HttpContext http, ResourceScope scope, string id)
    {
        var body = await VertexBody.ReadAsync<VertexUndeployModelRequest>(http);
        lock (registry.Gate)
        {
            Change(Name(scope, id), endpoint => TrafficRules.Undeploy(endpoint, body.DeployedModelId, body.TrafficSplit));
        }

        return VertexReply.Ok(operations.Start(scope, "UndeployModel", Message + "UndeployModelResponse", null));
    }

    private IResult Delete(ResourceScope scope, string id)
    {
        lock (registry.Gate)
        {
            var endpoint = Find(scope, id);
            if (endpoint.DeployedModels.Count > 0)
            {
                throw Refusal.Precondition($"Endpoint \"{endpoint.Name}\" has deployed or being-deployed DeployedModel(s): {endpoint.DeployedModels[0].Id}. Undeploy them first.");
            }

            registry.Endpoints.Remove(endpoint.Name);
        }

        return VertexReply.Ok(operations.Start(scope, "Delete", "google.protobuf.Empty", null));
    }

    private VertexEndpoint Change(string name, Func<VertexEndpoint, VertexEndpoint> change)
    {
        var now = Now;
        return registry.Endpoints.Change(name, endpoint => change(endpoint) with { UpdateTime = now, Etag = RegistryState.Etag(now) })
            ?? throw Refusal.NoResource("Endpoint", name);
    }

    private static void Check(VertexEndpoint endpoint)
    {
        if (endpoint.DisplayName.Length is 0 or > 128)
        {
            throw Refusal.Invalid("The display name must have 1 to 128 characters.");
        }

        if (Labels.Fault(endpoint.Labels, Labels.LongestOnResource) is { } fault)
        {
            throw Refusal.Invalid(fault);
        }
    }

    [GeneratedRegex(@"^[0-9]{1,10}\z|^[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z|^[1-9][0-9]{10,18}\z")]
    private static partial Regex EndpointId();
}
