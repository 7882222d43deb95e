namespace Portal.Vertex.Contracts;

/// <summary>Budget (2.5 models) and level (3.x) exclude each other. Source: vertex-ai.md 5.2 and 4.5.</summary>
public sealed record VertexThinkingConfig
{
    public bool? IncludeThoughts { get; init; }

    /// <summary>Tokens; 0 turns thinking off on 2.5 models.</summary>
    public int? ThinkingBudget { get; init; }

    /// <summary>MINIMAL, LOW, MEDIUM or HIGH.</summary>
    public string ThinkingLevel { get; init; } = "";
}
