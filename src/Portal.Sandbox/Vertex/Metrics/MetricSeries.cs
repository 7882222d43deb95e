using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>One curve of a training, read from what it has measured so far.</summary>
internal sealed record MetricSeries(string Name, string DisplayName, DateTime CreatedAt, IReadOnlyList<VertexTimeSeriesDataPoint> Points)
{
    public VertexTensorboardTimeSeries Header => new()
    {
        Name = Name,
        DisplayName = DisplayName,
        ValueType = VertexTensorboardTimeSeries.Scalar,
        PluginName = "scalars",
        CreateTime = CreatedAt,
        UpdateTime = Points.Count > 0 ? Points[^1].WallTime : CreatedAt,
        Metadata = Points.Count > 0 ? new() { MaxStep = Points[^1].Step, MaxWallTime = Points[^1].WallTime } : null,
    };

    public static MetricSeries From(ExperimentNames names, string displayName, IReadOnlyList<MetricPoint> measured)
    {
        var isEvaluation = displayName.StartsWith("/eval_", StringComparison.Ordinal);
        return new(
            names.SeriesName(displayName), displayName, names.Job.Job.StartTime ?? default,
            [
                .. measured.Where(point => point.IsEvaluation == isEvaluation).Select(point => new VertexTimeSeriesDataPoint
                {
                    Step = point.Metrics.Step,
                    WallTime = point.MeasuredAt,
                    Scalar = new() { Value = ValueOf(displayName, point) },
                }),
            ]);
    }

    /// <summary>At most so many points, spread over the whole length, the last always among them; -1 means all.</summary>
    public VertexTimeSeriesData Data(int most)
    {
        var points = most < 0 || Points.Count <= most
            ? Points
            : [.. Enumerable.Range(1, most).Select(part => Points[(int)((long)part * Points.Count / most) - 1])];
        return new() { TensorboardTimeSeriesId = Name[(Name.LastIndexOf('/') + 1)..], ValueType = VertexTensorboardTimeSeries.Scalar, Values = points };
    }

    private static double ValueOf(string displayName, MetricPoint point) => displayName switch
    {
        VertexTuningMetric.TrainLoss or VertexTuningMetric.EvalLoss => point.Metrics.Loss,
        VertexTuningMetric.TrainAccuracy or VertexTuningMetric.EvalAccuracy => point.Metrics.Accuracy,
        _ => point.Metrics.Predictions,
    };
}
