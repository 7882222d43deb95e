namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 3.</summary>
public sealed record VertexListTensorboardRunsResponse
{
    public IReadOnlyList<VertexTensorboardRun> TensorboardRuns { get; init; } = [];

    public string NextPageToken { get; init; } = "";
}
