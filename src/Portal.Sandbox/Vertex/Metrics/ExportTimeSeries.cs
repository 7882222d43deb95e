using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>Body of <c>:exportTensorboardTimeSeries</c>. Points come in the order of their steps, whatever order is asked for.</summary>
internal sealed record ExportTimeSeriesRequest
{
    public string Filter { get; init; } = "";

    public int PageSize { get; init; }

    public string PageToken { get; init; } = "";

    public string OrderBy { get; init; } = "";
}

internal sealed record ExportTimeSeriesResponse
{
    public IReadOnlyList<VertexTimeSeriesDataPoint> TimeSeriesDataPoints { get; init; } = [];

    public string? NextPageToken { get; init; }
}
