namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 2.7; google.cloud.aiplatform.v1.SupervisedTuningDatasetDistribution.</summary>
public sealed record VertexDatasetDistribution
{
    public long Sum { get; init; }

    public long BillableSum { get; init; }

    public double Min { get; init; }

    public double Max { get; init; }

    public double Mean { get; init; }

    public double Median { get; init; }

    public double P5 { get; init; }

    public double P95 { get; init; }

    public IReadOnlyList<VertexDatasetBucket> Buckets { get; init; } = [];
}
