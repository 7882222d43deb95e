namespace Portal.Vertex.Contracts;

/// <summary>Where the result of a tuning job is. Source: vertex-ai.md 2.5; google.cloud.aiplatform.v1.TunedModel.</summary>
public sealed record VertexTunedModel
{
    /// <summary><c>projects/{number}/locations/{l}/models/{id}@{version}</c>; the location may be <c>us</c> or <c>eu</c>.</summary>
    public string Model { get; init; } = "";

    /// <summary>Endpoint of the default checkpoint; empty when it could not be made.</summary>
    public string Endpoint { get; init; } = "";

    /// <summary>Empty when only the last checkpoint was exported. A snapshot of tuning time: later undeploys do not show.</summary>
    public IReadOnlyList<VertexTunedModelCheckpoint> Checkpoints { get; init; } = [];
}
