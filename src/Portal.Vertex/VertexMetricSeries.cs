using Portal.Vertex.Contracts;

namespace Portal.Vertex;

/// <summary>One training curve, ordered by step.</summary>
/// <param name="DisplayName">A <see cref="VertexTuningMetric"/> constant, e.g. <c>/train_total_loss</c>.</param>
public sealed record VertexMetricSeries(string DisplayName, IReadOnlyList<VertexMetricPoint> Points);

/// <summary>Value of a metric at an optimiser step, and when it was measured (UTC).</summary>
public readonly record struct VertexMetricPoint(long Step, double Value, DateTime? WallTime);
