namespace Portal.Vertex.Contracts;

/// <summary>One page; <c>{}</c> when there is nothing. Source: vertex-ai.md 2.1.</summary>
public sealed record VertexListTuningJobsResponse
{
    public IReadOnlyList<VertexTuningJob> TuningJobs { get; init; } = [];

    /// <summary>Empty on the last page.</summary>
    public string NextPageToken { get; init; } = "";
}
