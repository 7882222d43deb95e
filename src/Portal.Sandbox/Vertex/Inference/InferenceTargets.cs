using Portal.Sandbox.Learner;
using Portal.Sandbox.Vertex.Catalog;
using Portal.Sandbox.Vertex.Registry;
using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>Finds who answers for a path.</summary>
internal sealed class InferenceTargets(RegistryState registry, TrainingFolders folders, AdapterCache adapters)
{
    private readonly BaseModel _base = new();

    public InferenceTarget Published(ResourceScope scope, string id)
    {
        var model = BaseModelCatalog.Get(scope, id);
        var tier = LearnerTiers.FromModelId(id);
        return new(model, request => _base.Answer(tier, Prompt(request)));
    }

    public InferenceTarget Endpoint(ResourceScope scope, string id)
    {
        var endpoint = registry.GetEndpoint(scope.Resource("endpoints", id));
        if (endpoint.DeployedModels.Count == 0 || endpoint.TrafficSplit.Count == 0)
        {
            throw Refusal.Precondition($"Endpoint \"{endpoint.Name}\" has no deployed model with traffic.");
        }

        var deployed = Pick(endpoint);
        var record = registry.GetModel(deployed.Model);
        var model = BaseModelCatalog.Get(scope, record.BaseModel);
        var path = folders.Of(record.JobId).AdapterPath(record.EpochOf(deployed.CheckpointId));
        return new(model, request => adapters.Get(path).Answer(LastUserText(request)));
    }

    /// <summary>An endpoint without project belongs to whichever project has it: express keys name none.</summary>
    public InferenceTarget ExpressEndpoint(string id)
    {
        var endpoint = registry.Endpoints.All().FirstOrDefault(endpoint => endpoint.Name.EndsWith("/endpoints/" + id, StringComparison.Ordinal))
            ?? throw Refusal.NoResource("Endpoint", id);
        var parts = endpoint.Name.Split('/');
        return Endpoint(new(parts[1], parts[3]), id);
    }

    private static VertexDeployedModel Pick(VertexEndpoint endpoint)
    {
        var dice = Random.Shared.Next(100);
        foreach (var deployed in endpoint.DeployedModels)
        {
            dice -= endpoint.TrafficSplit.GetValueOrDefault(deployed.Id);
            if (dice < 0)
            {
                return deployed;
            }
        }

        return endpoint.DeployedModels[^1];
    }

    private static BasePrompt Prompt(VertexGenerateContentRequest request) => new(
        request.SystemInstruction is null ? null : PromptText.Of(request.SystemInstruction),
        // A call is no answer to learn from: what follows it is.
        [.. request.Contents.Where(content => !content.Parts.All(part => part.FunctionCall is not null)).Select(content => (content.Role is VertexContent.ModelRole ? VertexContent.ModelRole : VertexContent.UserRole, PromptText.Of(content)))]);

    private static string LastUserText(VertexGenerateContentRequest request) =>
        PromptText.Of(request.Contents.LastOrDefault(content => content.Role != VertexContent.ModelRole) ?? request.Contents[^1]);
}
