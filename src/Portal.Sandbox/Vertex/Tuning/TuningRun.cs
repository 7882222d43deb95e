using System.Globalization;
using Portal.Sandbox.Learner;
using Portal.Sandbox.Storage;
using Portal.Sandbox.Vertex.Registry;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>Takes one job from wherever it stands to its end, or to a shutdown, from where the next start goes on.</summary>
internal sealed class TuningRun(
    TuningState jobs, StorageState storage, TuningPublisher publisher, TrainingFolders folders, SandboxOptions options, TimeProvider time)
{
    private const int MostTrainPoints = 999;
    private const int LeastEvalPoints = 20;
    private const int DefaultAdapterSize = 4;
    private const int InvalidArgument = 3;
    private const int Cancelled = 1;

    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(2);

    public async Task RunAsync(string name, CancellationToken cancellationToken)
    {
        var record = jobs.Get(name);
        var folder = folders.Of(record.Id);
        try
        {
            var trainer = record.Plan is null ? await BeginAsync(record, folder, cancellationToken) : Continue(record, folder);
            if (await TrainAsync(name, trainer, folder, cancellationToken))
            {
                Succeed(name, folder);
            }
        }
        catch (DatasetFaultException fault)
        {
            End(name, folder, VertexJobState.Failed, new() { Code = InvalidArgument, Message = fault.Message });
        }
    }

    public void Cancel(string name) =>
        End(name, folders.Of(jobs.Get(name).Id), VertexJobState.Cancelled, new() { Code = Cancelled, Message = "The tuning job was cancelled." });

    public void End(string name, TrainingFolder folder, string state, VertexStatus error)
    {
        Update(name, job => job with { State = state, Error = error, EndTime = Now });
        folder.Close(keepAdapters: false);
        jobs.ForgetSamples(jobs.Get(name).Id);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<AdapterTrainer> BeginAsync(TuningRecord record, TrainingFolder folder, CancellationToken cancellationToken)
    {
        var name = record.Job.Name;
        var started = Now;
        var scope = name[..name.IndexOf("/tuningJobs/", StringComparison.Ordinal)];
        var experiment = string.Create(CultureInfo.InvariantCulture, $"tuning-experiment-{started:yyyyMMddHHmmssffffff}");
        Update(name, job => job.State == VertexJobState.Cancelling ? job : job with
        {
            State = VertexJobState.Running,
            StartTime = job.StartTime ?? started,
            Experiment = job.Experiment.Length > 0 ? job.Experiment : $"{scope}/metadataStores/default/contexts/{experiment}",
        });

        var spec = record.Job.SupervisedTuningSpec!; // No job is accepted without one.
        var training = await TuningDataset.ReadAsync(storage, spec.TrainingDatasetUri, cancellationToken);
        IReadOnlyList<TrainingExample> validation = [];
        if (spec.ValidationDatasetUri.Length > 0)
        {
            var dataset = await TuningDataset.ReadAsync(storage, spec.ValidationDatasetUri, cancellationToken);
            dataset.CheckAsValidationOf(training);
            validation = [.. dataset.Examples];
        }

        var examples = training.Examples.ToList();
        folder.SaveExamples(examples, validation);
        var effective = Effective(spec.HyperParameters, training.Lines.Count);
        var trainer = AdapterTrainer.Create(examples, validation, Settings(record, effective));
        folder.Metrics.CutAfter(0);
        jobs.Change(name, current => current with
        {
            Plan = TuningPlan.Make((int)effective.EpochCount, trainer.StepsPerEpoch, spec.ExportLastCheckpointOnly),
            Job = current.Job with
            {
                SupervisedTuningSpec = spec with { HyperParameters = effective },
                TuningDataStats = DataStats.Of(training, trainer.TotalSteps),
                UpdateTime = Now,
            },
        });
        return trainer;
    }

    private static AdapterTrainer Continue(TuningRecord record, TrainingFolder folder)
    {
        var (train, validation) = folder.LoadExamples();
        var trainer = folder.LoadTrainer(train, validation)
            ?? AdapterTrainer.Create(train, validation, Settings(record, record.Job.SupervisedTuningSpec!.HyperParameters!)); // The plan came with both.
        folder.Metrics.CutAfter(trainer.Step);
        return trainer;
    }

    private static VertexHyperparameters Effective(VertexHyperparameters? asked, int rows) => new()
    {
        EpochCount = asked is { EpochCount: > 0 } ? asked.EpochCount : Math.Clamp((12_000 + rows - 1) / rows, 3, 40),
        LearningRateMultiplier = asked is { LearningRateMultiplier: > 0 } ? asked.LearningRateMultiplier : 1,
        AdapterSize = VertexAdapterSize.FromWidth(VertexAdapterSize.ToWidth(asked?.AdapterSize ?? "") ?? DefaultAdapterSize),
    };

    private static LearnerSettings Settings(TuningRecord record, VertexHyperparameters effective) => new(
        LearnerTiers.FromModelId(record.Job.BaseModel),
        VertexAdapterSize.ToWidth(effective.AdapterSize) ?? DefaultAdapterSize,
        (int)effective.EpochCount,
        effective.LearningRateMultiplier,
        Seed: (int)(record.Order * 7919)); // The same for the same job whenever it is begun again.

    /// <returns>Whether the training came to its end, as opposed to being cancelled.</returns>
    private async Task<bool> TrainAsync(string name, AdapterTrainer trainer, TrainingFolder folder, CancellationToken cancellationToken)
    {
        var plan = jobs.Get(name).Plan!; // Set by whoever made the trainer.
        var hasValidation = jobs.Get(name).Job.SupervisedTuningSpec?.ValidationDatasetUri.Length > 0;
        var stride = (trainer.TotalSteps + MostTrainPoints - 1) / MostTrainPoints;
        var evalEvery = Math.Max(1, trainer.TotalSteps / LeastEvalPoints);
        var savedAt = time.GetTimestamp();
        while (!trainer.Finished)
        {
            if (jobs.Get(name).Job.State == VertexJobState.Cancelling)
            {
                Cancel(name);
                return false;
            }

            if (cancellationToken.IsCancellationRequested)
            {
                folder.SaveTrainer(trainer);
                cancellationToken.ThrowIfCancellationRequested();
            }

            var measured = trainer.TrainStep();
            var endsEpoch = trainer.Step % plan.StepsPerEpoch == 0;
            if ((trainer.Step - 1) % stride == 0 || trainer.Finished)
            {
                folder.Metrics.Append(new(IsEvaluation: false, measured, Now));
            }

            if (hasValidation && (endsEpoch || trainer.Step % evalEvery == 0))
            {
                folder.Metrics.Append(new(IsEvaluation: true, trainer.Evaluate(), Now));
            }

            if (endsEpoch && plan.Checkpoints.Any(checkpoint => checkpoint.Epoch == trainer.Step / plan.StepsPerEpoch))
            {
                folder.SaveAdapter(trainer.Step / plan.StepsPerEpoch, trainer.Snapshot());
            }

            // After the measurements and the adapter: a state on disk promises that everything before it is there too.
            if (endsEpoch || time.GetElapsedTime(savedAt) > s_saveEvery)
            {
                folder.SaveTrainer(trainer);
                savedAt = time.GetTimestamp();
            }

            await PauseAsync(cancellationToken);
        }

        return true;
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        if (options.StepDelayMilliseconds > 0)
        {
            // A shutdown ends the pause; the loop then saves and leaves.
            await Task.Delay(TimeSpan.FromMilliseconds(options.StepDelayMilliseconds), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Succeed(string name, TrainingFolder folder)
    {
        var tuned = publisher.Publish(jobs.Get(name), Now);
        Update(name, job => job with { State = VertexJobState.Succeeded, TunedModel = tuned, EndTime = Now });
        folder.Close(keepAdapters: true);
    }

    private void Update(string name, Func<VertexTuningJob, VertexTuningJob> change) =>
        jobs.Change(name, record => record.IsOver ? record : record with { Job = change(record.Job) with { UpdateTime = Now } });
}
