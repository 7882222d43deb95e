namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 6.2; google.cloud.aiplatform.v1.BigQueryDestination.</summary>
public sealed record VertexBigQueryDestination
{
    public string OutputUri { get; init; } = "";
}
