namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.2; google.cloud.aiplatform.v1.SafetySetting.</summary>
public sealed record VertexSafetySetting
{
    /// <summary>HARM_CATEGORY_...</summary>
    public string Category { get; init; } = "";

    /// <summary>BLOCK_LOW_AND_ABOVE, BLOCK_MEDIUM_AND_ABOVE, BLOCK_ONLY_HIGH, BLOCK_NONE or OFF.</summary>
    public string Threshold { get; init; } = "";

    /// <summary>SEVERITY or PROBABILITY.</summary>
    public string Method { get; init; } = "";
}
