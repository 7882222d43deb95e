namespace Portal.Vertex.Contracts;

/// <summary>What the service found in the dataset. Source: vertex-ai.md 2.7; google.cloud.aiplatform.v1.TuningDataStats.</summary>
public sealed record VertexTuningDataStats
{
    public VertexSupervisedTuningDataStats? SupervisedTuningDataStats { get; init; }

    public VertexPreferenceOptimizationDataStats? PreferenceOptimizationDataStats { get; init; }
}
