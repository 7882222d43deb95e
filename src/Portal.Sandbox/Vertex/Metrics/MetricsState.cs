using Portal.Sandbox.Vertex.Tuning;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>Finds experiments and curves of the tunings that have begun.</summary>
internal sealed class MetricsState(TuningState jobs, TrainingFolders folders)
{
    public IEnumerable<ExperimentNames> Experiments(ResourceScope scope) => jobs.All()
        .Where(job => job.Job.Experiment.StartsWith(scope.Name + "/", StringComparison.Ordinal))
        .OrderByDescending(job => job.Order)
        .Select(job => new ExperimentNames(job, scope));

    public ExperimentNames Experiment(ResourceScope scope, string experimentId) =>
        Experiments(scope).FirstOrDefault(names => names.ExperimentId == experimentId)
        ?? throw Refusal.NotFound($"The experiment \"{experimentId}\" does not exist.");

    /// <summary>A run is asked for by its id or by the id of its context.</summary>
    public ExperimentNames Run(ResourceScope scope, string experimentId, string runId)
    {
        var names = Experiment(scope, experimentId);
        return runId == names.RunId || runId == $"{names.ExperimentId}-{names.RunId}"
            ? names
            : throw Refusal.NotFound($"The TensorboardRun \"{runId}\" does not exist.");
    }

    public IReadOnlyList<MetricSeries> Series(ExperimentNames names)
    {
        var measured = folders.Of(names.Job.Id).Metrics.Read();
        return [.. names.Series.Select(displayName => MetricSeries.From(names, displayName, measured)).Where(series => series.Points.Count > 0)];
    }

    public MetricSeries FindSeries(ResourceScope scope, string experimentId, string runId, string seriesId) =>
        Series(Run(scope, experimentId, runId)).FirstOrDefault(series => series.Name.EndsWith("/" + seriesId, StringComparison.Ordinal))
        ?? throw Refusal.NotFound($"The TensorboardTimeSeries \"{seriesId}\" does not exist.");
}
