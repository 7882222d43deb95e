using System.Globalization;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;

namespace Portal.Hosting;

/// <summary>A step of the background work that failed, or failed and is tried again.</summary>
/// <param name="Id">Hangfire's.</param>
/// <param name="TenantId">Whose it is; null where its first argument does not say so.</param>
/// <param name="Step">The worker and its method.</param>
/// <param name="SubjectId">What it works on.</param>
/// <param name="At">When it failed, or when it is tried again.</param>
/// <param name="Fault">The kind of the fault. Its words may quote what the step worked on, so they stay on Hangfire's own page.</param>
/// <param name="Attempts">How often it was tried again so far.</param>
public sealed record StuckJob(string Id, string? TenantId, string Step, string SubjectId, DateTime At, string Fault, int Attempts);

/// <summary>Hangfire's view of what does not get on. Its steps are idempotent, so each may be begun again at any time.</summary>
public sealed class StuckJobs(JobStorage storage, IBackgroundJobClient client)
{
    private const string Retries = "retries";

    /// <summary>Newest first.</summary>
    public IReadOnlyList<StuckJob> Failed(int most) =>
        [.. storage.GetMonitoringApi().FailedJobs(0, most).Where(f => f.Value is not null).Select(f => Of(f.Key, f.Value.Job, f.Value.FailedAt, f.Value.ExceptionType, storage))];

    /// <summary>Those that are tried again at a later time, next first.</summary>
    public IReadOnlyList<StuckJob> Retrying(int most)
    {
        using var connection = storage.GetConnection();
        var waiting = connection.GetAllItemsFromSet(Retries).Take(most).ToList();
        var api = storage.GetMonitoringApi();
        return [.. waiting.Select(id => (Id: id, Details: api.JobDetails(id))).Where(j => j.Details?.History.FirstOrDefault()?.StateName == ScheduledState.StateName)
            .Select(j => Of(j.Id, j.Details.Job, DueAt(j.Details), FaultOf(j.Details), storage)).OrderBy(j => j.At)];
    }

    public StuckJob? Find(string jobId) => storage.GetMonitoringApi().JobDetails(jobId) is { } details && IsStuck(details) ? Of(jobId, details.Job, null, FaultOf(details), storage) : null;

    /// <summary>False where it is neither failed nor waiting any more: somebody was quicker, or it went on by itself.</summary>
    public bool Retry(string jobId) =>
        storage.GetMonitoringApi().JobDetails(jobId) is { } details && IsStuck(details) && client.ChangeState(jobId, new EnqueuedState(), details.History[0].StateName);

    private static bool IsStuck(JobDetailsDto details) => details.History.FirstOrDefault()?.StateName is { } state && (state == FailedState.StateName || state == ScheduledState.StateName);

    private static StuckJob Of(string id, Job? job, DateTime? at, string? fault, JobStorage storage)
    {
        using var connection = storage.GetConnection();
        var attempts = SerializationHelper.Deserialize<int?>(connection.GetJobParameter(id, "RetryCount"), SerializationOption.User) ?? 0;
        return new StuckJob(
            id, TenantJobs.TenantOf(job), job is null ? "A step this build does not know" : $"{job.Type.Name}.{job.Method.Name}", job?.Args.ElementAtOrDefault(1) as string ?? "",
            DateTime.SpecifyKind(at ?? DateTime.UnixEpoch, DateTimeKind.Utc), fault?.Split('.')[^1] ?? "", attempts);
    }

    private static DateTime? DueAt(JobDetailsDto details) =>
        details.History[0].Data.TryGetValue("EnqueueAt", out var at) ? JobHelper.DeserializeNullableDateTime(at) : details.History[0].CreatedAt;

    private static string? FaultOf(JobDetailsDto details) =>
        details.History.FirstOrDefault(h => h.StateName == FailedState.StateName)?.Data.TryGetValue("ExceptionType", out var type) is true ? type : null;
}
