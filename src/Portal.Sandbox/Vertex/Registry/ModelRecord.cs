using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Registry;

/// <summary>A tuned model as its file says it; its name is without version, and the adapters are in the folder of its job.</summary>
internal sealed record ModelRecord(VertexModel Model, string BaseModel, string JobId, int LastEpoch)
{
    public int EpochOf(string checkpointId)
    {
        var wanted = checkpointId.Length > 0 ? checkpointId : Model.DefaultCheckpointId;
        return (int)(Model.Checkpoints.FirstOrDefault(checkpoint => checkpoint.CheckpointId == wanted)?.Epoch ?? LastEpoch);
    }
}
