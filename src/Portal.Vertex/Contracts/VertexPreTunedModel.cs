namespace Portal.Vertex.Contracts;

/// <summary>Source of continuous tuning. Source: vertex-ai.md 2.2; google.cloud.aiplatform.v1.PreTunedModel.</summary>
public sealed record VertexPreTunedModel
{
    /// <summary><c>projects/../locations/../models/{id}@{version or alias}</c>.</summary>
    public string TunedModelName { get; init; } = "";

    /// <summary>Empty for the default checkpoint.</summary>
    public string CheckpointId { get; init; } = "";

    /// <summary>Output.</summary>
    public string BaseModel { get; init; } = "";
}
