namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 8.</summary>
public sealed record VertexStorageErrorItem
{
    /// <summary>E.g. <c>global</c>.</summary>
    public string Domain { get; init; } = "";

    /// <summary>E.g. <c>notFound</c>, <c>conditionNotMet</c>.</summary>
    public string Reason { get; init; } = "";

    public string Message { get; init; } = "";
}
