namespace Portal.Vertex.Contracts;

/// <summary>Only when the prompt was blocked. Source: vertex-ai.md 5.3.</summary>
public sealed record VertexPromptFeedback
{
    /// <summary>SAFETY, OTHER, BLOCKLIST, PROHIBITED_CONTENT, MODEL_ARMOR or JAILBREAK.</summary>
    public string BlockReason { get; init; } = "";

    public string BlockReasonMessage { get; init; } = "";

    public IReadOnlyList<VertexSafetyRating> SafetyRatings { get; init; } = [];
}
