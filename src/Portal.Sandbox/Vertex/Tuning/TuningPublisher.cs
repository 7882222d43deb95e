using Portal.Sandbox.Vertex.Registry;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>Puts the result into the registry, each checkpoint on an endpoint of its own. Doing it twice leaves the same.</summary>
internal sealed class TuningPublisher(RegistryState registry)
{
    private const string TypeLabel = "tune-type";
    private const string BaseLabel = "google-vertex-llm-tuning-base-model-id";

    public VertexTunedModel Publish(TuningRecord record, DateTime now)
    {
        var plan = record.Plan!; // A trained job has one.
        var model = MakeModel(record, plan, now);
        var lastOnly = record.Job.SupervisedTuningSpec!.ExportLastCheckpointOnly; // As has it a spec.
        registry.Models.Put(model.Model.Name, model);
        foreach (var checkpoint in plan.Checkpoints)
        {
            var endpoint = MakeEndpoint(record, model.Model, checkpoint, lastOnly ? "" : checkpoint.Id, now);
            registry.Endpoints.Put(endpoint.Name, endpoint);
        }

        return new()
        {
            Model = $"{model.Model.Name}@{model.Model.VersionId}",
            Endpoint = EndpointName(record, plan.Checkpoints[^1]),
            Checkpoints = lastOnly ? [] :
            [
                .. plan.Checkpoints.Select(checkpoint => new VertexTunedModelCheckpoint
                {
                    CheckpointId = checkpoint.Id,
                    Epoch = checkpoint.Epoch,
                    Step = (long)checkpoint.Epoch * plan.StepsPerEpoch,
                    Endpoint = EndpointName(record, checkpoint),
                }),
            ],
        };
    }

    private static string EndpointName(TuningRecord record, PlannedCheckpoint checkpoint) => $"{record.ServingScope}/endpoints/{checkpoint.EndpointId}";

    private static ModelRecord MakeModel(TuningRecord record, TuningPlan plan, DateTime now)
    {
        var job = record.Job;
        var lastOnly = job.SupervisedTuningSpec!.ExportLastCheckpointOnly;
        var model = new VertexModel
        {
            Name = $"{record.ServingScope}/models/{plan.ModelId}",
            VersionId = "1",
            VersionAliases = ["default"],
            VersionCreateTime = now,
            VersionUpdateTime = now,
            DisplayName = job.TunedModelDisplayName,
            Description = job.Description,
            Labels = WithServiceLabels(job),
            CreateTime = now,
            UpdateTime = now,
            Etag = RegistryState.Etag(now),
            DefaultCheckpointId = lastOnly ? "" : plan.Checkpoints[^1].Id,
            Checkpoints = lastOnly ? [] :
            [
                .. plan.Checkpoints.Select(checkpoint => new VertexModelCheckpoint
                {
                    CheckpointId = checkpoint.Id, Epoch = checkpoint.Epoch, Step = (long)checkpoint.Epoch * plan.StepsPerEpoch,
                }),
            ],
            SupportedDeploymentResourcesTypes = ["SHARED_RESOURCES"],
            ModelSourceInfo = new() { SourceType = "GENIE" },
            BaseModelSource = new() { GenieSource = new() { BaseModelUri = $"publishers/google/models/{job.BaseModel}" } },
        };
        return new(model, job.BaseModel, record.Id, plan.Checkpoints[^1].Epoch);
    }

    private static VertexEndpoint MakeEndpoint(TuningRecord record, VertexModel model, PlannedCheckpoint checkpoint, string checkpointId, DateTime now) => new()
    {
        Name = EndpointName(record, checkpoint),
        DisplayName = model.DisplayName,
        Labels = model.Labels,
        CreateTime = now,
        UpdateTime = now,
        Etag = RegistryState.Etag(now),
        DeployedModels =
        [
            new()
            {
                Id = checkpoint.DeployedModelId,
                Model = model.Name,
                ModelVersionId = model.VersionId,
                DisplayName = model.DisplayName,
                CreateTime = now,
                CheckpointId = checkpointId,
            },
        ],
        TrafficSplit = new Dictionary<string, int> { [checkpoint.DeployedModelId] = 100 },
    };

    private static Dictionary<string, string> WithServiceLabels(VertexTuningJob job) => new(job.Labels)
    {
        [TypeLabel] = "sft",
        [BaseLabel] = job.BaseModel.Replace('.', '-'),
    };
}
