using Portal.Features.Connect;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Tune;

/// <summary>What tuning asks of Vertex AI; the wire types go no further than this.</summary>
public sealed class TuningGateway(ConnectService connect)
{
    public Task<VertexSession> OpenAsync(CancellationToken ct) => connect.OpenAsync(ct);

    /// <summary>Opens where the job is, or is to be, trained; one that was begun before places were kept is where the organization is.</summary>
    public Task<VertexSession> OpenForAsync(TuningJob job, CancellationToken ct) => job.Location is "" ? connect.OpenAsync(ct) : connect.OpenAsync(job.Location, ct);

    /// <summary>The job that carries our label, or null. A job made a moment ago may not be listed yet.</summary>
    public static async Task<VendorJob?> FindAsync(VertexSession session, TuningJob job, CancellationToken ct) =>
        await session.Vertex.FindTuningJobByLabelAsync(TuningJob.LabelKey, job.Label, ct) is { } found ? Read(found) : null;

    public static async Task<VendorJob> ReadAsync(VertexSession session, string name, CancellationToken ct) =>
        Read(await session.Vertex.GetTuningJobAsync(name, ct));

    public static Task CancelAsync(VertexSession session, string name, CancellationToken ct) => session.Vertex.CancelTuningJobAsync(name, ct);

    public static async Task<VendorJob> OrderAsync(VertexSession session, TuningJob job, CancellationToken ct) =>
        Read(await session.Vertex.CreateTuningJobAsync(
            new VertexTuningJob
            {
                BaseModel = job.BaseModelId,
                TunedModelDisplayName = $"portal-{job.Id}",
                Labels = new Dictionary<string, string> { [TuningJob.LabelKey] = job.Label, [TuningJob.TenantLabelKey] = job.TenantId },
                SupervisedTuningSpec = new VertexSupervisedTuningSpec
                {
                    TrainingDatasetUri = job.TrainUri,
                    ValidationDatasetUri = job.ValidationUri,
                    HyperParameters = new VertexHyperparameters
                    {
                        EpochCount = job.EpochCount ?? 0,
                        LearningRateMultiplier = job.LearningRateMultiplier ?? 0,
                        AdapterSize = VertexAdapterSize.FromWidth(job.AdapterSize),
                    },
                },
            },
            ct));

    /// <summary>Uploads, or goes on with the session of an earlier attempt. Returns the object's gs:// address.</summary>
    public static async Task<string> UploadAsync(
        VertexSession session, string name, Stream content, Uri? earlier, Func<Uri, CancellationToken, Task> keep, CancellationToken ct)
    {
        var upload = new VertexStorageUpload { Bucket = session.Bucket, Name = name, ContentType = "application/jsonl", Session = earlier, OnSession = keep };
        await session.Storage.UploadAsync(upload, content, ct);
        return $"gs://{session.Bucket}/{name}";
    }

    /// <summary>Deletes what was sent; what is not there is deleted.</summary>
    public static async Task DeleteFilesAsync(VertexSession session, TuningJob job, CancellationToken ct)
    {
        await session.Storage.DeleteObjectAsync(session.Bucket, job.TrainObject, ct);
        await session.Storage.DeleteObjectAsync(session.Bucket, job.ValidationObject, ct);
        await TuningMedia.DeleteAsync(session, job, ct);
    }

    /// <summary>The curves so far; what is no number is left out, because no database keeps it.</summary>
    public static async Task<IReadOnlyList<(CurveKind Curve, CurvePoint Point)>> ReadCurvesAsync(VertexSession session, string experiment, CancellationToken ct) =>
    [
        .. from series in await session.Vertex.ReadTrainingMetricsAsync(experiment, ct)
           let curve = CurveOf(series.DisplayName)
           where curve is not null
           from point in series.Points
           where double.IsFinite(point.Value)
           select (curve.Value, new CurvePoint(point.Step, point.Value)),
    ];

    internal static VendorPhase PhaseOf(string state) => state switch
    {
        VertexJobState.Queued or VertexJobState.Pending or "" => VendorPhase.Waiting,
        VertexJobState.Cancelling => VendorPhase.Cancelling,
        VertexJobState.Succeeded or VertexJobState.PartiallySucceeded => VendorPhase.Succeeded,
        VertexJobState.Failed or VertexJobState.Expired => VendorPhase.Failed,
        VertexJobState.Cancelled => VendorPhase.Cancelled,
        // Google adds states; one that we do not know is not an end.
        _ => VendorPhase.Running,
    };

    private static VendorJob Read(VertexTuningJob job)
    {
        var stats = job.TuningDataStats?.SupervisedTuningDataStats;
        return new VendorJob
        {
            Name = job.Name,
            State = job.State,
            Phase = PhaseOf(job.State),
            Experiment = job.Experiment,
            TokensPerPass = stats?.TotalBillableTokenCount ?? 0,
            Steps = stats?.TuningStepCount ?? 0,
            Epochs = (int)(job.SupervisedTuningSpec?.HyperParameters?.EpochCount ?? 0),
            Model = job.TunedModel?.Model ?? "",
            Endpoint = job.TunedModel?.Endpoint ?? "",
            Checkpoints = [.. (job.TunedModel?.Checkpoints ?? []).Select(c => new VendorCheckpoint(c.CheckpointId, c.Epoch, c.Step, c.Endpoint))],
            TrainingStartedAt = job.StartTime,
            ErrorCode = job.Error?.Code ?? 0,
            Error = job.Error?.Message ?? "",
        };
    }

    private static CurveKind? CurveOf(string name) => name switch
    {
        VertexTuningMetric.TrainLoss => CurveKind.TrainLoss,
        VertexTuningMetric.EvalLoss => CurveKind.ValidationLoss,
        VertexTuningMetric.TrainAccuracy => CurveKind.TrainAccuracy,
        VertexTuningMetric.EvalAccuracy => CurveKind.ValidationAccuracy,
        _ => null,
    };
}
