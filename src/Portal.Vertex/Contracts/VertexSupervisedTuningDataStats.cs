namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.7; google.cloud.aiplatform.v1.SupervisedTuningDataStats.</summary>
public sealed record VertexSupervisedTuningDataStats
{
    public long TuningDatasetExampleCount { get; init; }

    /// <summary>Optimiser steps of the whole job.</summary>
    public long TuningStepCount { get; init; }

    /// <summary>Tokens of one pass: the bill is this times the epochs.</summary>
    public long TotalBillableTokenCount { get; init; }

    /// <summary>Deprecated by the service.</summary>
    public long TotalBillableCharacterCount { get; init; }

    public long TotalTuningCharacterCount { get; init; }

    public long TotalTruncatedExampleCount { get; init; }

    /// <summary>Counted from 1; parallel to <see cref="DroppedExampleReasons"/>.</summary>
    public IReadOnlyList<long> TruncatedExampleIndices { get; init; } = [];

    public IReadOnlyList<string> DroppedExampleReasons { get; init; } = [];

    public VertexDatasetDistribution? UserInputTokenDistribution { get; init; }

    public VertexDatasetDistribution? UserOutputTokenDistribution { get; init; }

    public VertexDatasetDistribution? UserMessagePerExampleDistribution { get; init; }

    /// <summary>A few examples, their text shortened by the service. Customer data: never log it.</summary>
    public IReadOnlyList<VertexContent> UserDatasetExamples { get; init; } = [];
}
