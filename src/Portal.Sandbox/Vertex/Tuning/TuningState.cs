using System.Globalization;
using Portal.Sandbox.State;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>All tuning jobs, and the bell that wakes the worker.</summary>
internal sealed class TuningState(string folder)
{
    private readonly ResourceStore<TuningRecord> _jobs = new(Path.Combine(folder, "tuningJobs"), record => record.Job.Name);
    private readonly Bell _bell = new();
    private readonly Lock _lock = new();

    public IReadOnlyList<TuningRecord> All() => _jobs.All();

    public TuningRecord Get(string name) => _jobs.TryGet(name, out var record) ? record : throw Refusal.NoResource("TuningJob", name);

    public TuningRecord Add(VertexTuningJob job, string servingScope)
    {
        lock (_lock)
        {
            var order = _jobs.All().Select(record => record.Order).DefaultIfEmpty().Max() + 1;
            var added = _jobs.Put(job.Name, new() { Job = job, Order = order, ServingScope = servingScope });
            Ring();
            return added;
        }
    }

    public TuningRecord Change(string name, Func<TuningRecord, TuningRecord> change) =>
        _jobs.Change(name, change) ?? throw Refusal.NoResource("TuningJob", name);

    public void RequestCancel(string name, DateTime now)
    {
        Change(name, record => record.IsOver
            ? record
            : record with { Job = record.Job with { State = VertexJobState.Cancelling, UpdateTime = now } });
        Ring();
    }

    /// <summary>
    /// Drops the sample messages of a job whose rows and results are gone. Nothing says what Google does with its own; here nothing
    /// of what was uploaded may stay where nobody could delete it.
    /// </summary>
    public void ForgetSamples(string jobId)
    {
        foreach (var known in _jobs.All().Where(record => record.Id == jobId))
        {
            Change(known.Job.Name, record => record.Job.TuningDataStats?.SupervisedTuningDataStats is not { } stats ? record : record with
            {
                Job = record.Job with { TuningDataStats = record.Job.TuningDataStats with { SupervisedTuningDataStats = stats with { UserDatasetExamples = [] } } },
            });
        }
    }

    public void Ring() => _bell.Ring();

    public Task WaitAsync(CancellationToken cancellationToken) => _bell.WaitAsync(cancellationToken);

    /// <summary>Newest first.</summary>
    public static string Place(TuningRecord record) => (long.MaxValue - record.Order).ToString("D19", CultureInfo.InvariantCulture);
}
