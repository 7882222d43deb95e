namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.7.</summary>
public sealed record VertexPreferenceOptimizationDataStats
{
    public long TuningDatasetExampleCount { get; init; }

    public long TuningStepCount { get; init; }

    /// <summary>Tokens of one pass: twice the prompt plus both completions.</summary>
    public long TotalBillableTokenCount { get; init; }

    public VertexDatasetDistribution? UserInputTokenDistribution { get; init; }

    public VertexDatasetDistribution? UserOutputTokenDistribution { get; init; }

    public VertexDatasetDistribution? ScoresDistribution { get; init; }

    public VertexDatasetDistribution? ScoreVariancePerExampleDistribution { get; init; }

    public IReadOnlyList<long> DroppedExampleIndices { get; init; } = [];

    public IReadOnlyList<string> DroppedExampleReasons { get; init; } = [];
}
