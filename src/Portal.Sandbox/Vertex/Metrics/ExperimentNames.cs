using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Sandbox.Vertex.Tuning;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Metrics;

/// <summary>The names under which one tuning's measurements are found; all follow from the job, so there is nothing to keep.</summary>
internal sealed record ExperimentNames(TuningRecord Job, ResourceScope Scope)
{
    private static readonly string[] s_train = [VertexTuningMetric.TrainLoss, VertexTuningMetric.TrainAccuracy, VertexTuningMetric.TrainPredictions];
    private static readonly string[] s_eval = [VertexTuningMetric.EvalLoss, VertexTuningMetric.EvalAccuracy, VertexTuningMetric.EvalPredictions];

    public string ExperimentId => Job.Job.Experiment[(Job.Job.Experiment.LastIndexOf('/') + 1)..];

    public string RunId => ExperimentId.Replace("tuning-experiment-", "tuning-experiment-run-", StringComparison.Ordinal);

    public string RunContext => $"{Job.Job.Experiment}-{RunId}";

    public string Board => BoardOf(Scope);

    public string Run => $"{Board}/experiments/{ExperimentId}/runs/{RunId}";

    public bool HasEvaluation => Job.Job.SupervisedTuningSpec?.ValidationDatasetUri.Length > 0;

    public IReadOnlyList<string> Series => HasEvaluation ? [.. s_train, .. s_eval] : s_train;

    public static string BoardOf(ResourceScope scope) => scope.Resource("tensorboards", Number($"{scope.Name}/tensorboard"));

    public string SeriesName(string displayName) => $"{Run}/timeSeries/{Number(Job.Job.Name + displayName)}";

    private static string Number(string text) =>
        (1_000_000_000_000_000_000 + (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text))) % 8_000_000_000_000_000_000))
        .ToString(CultureInfo.InvariantCulture);
}
