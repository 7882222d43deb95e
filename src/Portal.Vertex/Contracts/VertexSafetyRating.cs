namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 5.3; google.cloud.aiplatform.v1.SafetyRating.</summary>
public sealed record VertexSafetyRating
{
    public string Category { get; init; } = "";

    /// <summary>NEGLIGIBLE, LOW, MEDIUM or HIGH.</summary>
    public string Probability { get; init; } = "";

    public double ProbabilityScore { get; init; }

    /// <summary>HARM_SEVERITY_...</summary>
    public string Severity { get; init; } = "";

    public double SeverityScore { get; init; }

    public bool Blocked { get; init; }
}
