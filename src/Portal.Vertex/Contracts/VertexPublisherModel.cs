namespace Portal.Vertex.Contracts;

/// <summary>A model of the publisher's garden. Source: vertex-ai.md 11.2; google.cloud.aiplatform.v1.PublisherModel.</summary>
public sealed record VertexPublisherModel
{
    /// <summary><c>publishers/google/models/{id}</c>, without a project.</summary>
    public string Name { get; init; } = "";

    public string VersionId { get; init; } = "";

    /// <summary>PROPRIETARY for Gemini.</summary>
    public string OpenSourceCategory { get; init; } = "";

    /// <summary>EXPERIMENTAL, PRIVATE_PREVIEW, PUBLIC_PREVIEW or GA.</summary>
    public string LaunchStage { get; init; } = "";

    public string PublisherModelTemplate { get; init; } = "";
}
