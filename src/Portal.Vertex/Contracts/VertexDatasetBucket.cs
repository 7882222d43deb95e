namespace Portal.Vertex.Contracts;

/// <summary>One bar of a distribution, values from <see cref="Left"/> to <see cref="Right"/>.</summary>
public sealed record VertexDatasetBucket
{
    public double Count { get; init; }

    public double Left { get; init; }

    public double Right { get; init; }
}
