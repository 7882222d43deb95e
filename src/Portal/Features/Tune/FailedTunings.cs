using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tune;

public sealed class FailedTunings(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Tuning";

    public string WhyNotAgain => "It costs, so only its organization starts it again.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.TuningJobs.Where(j => j.State == TuningJobState.Failed)
        .Select(j => new FailedItem { TenantId = j.TenantId, Id = j.Id, ProjectId = j.ProjectId, At = j.EndedAt ?? j.StateSince, Stored = j.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.TuningJobs.Where(j => j.EndedAt == null && j.Attempts > 0)
        .Select(j => new FailedItem { TenantId = j.TenantId, Id = j.Id, ProjectId = j.ProjectId, At = j.StateSince, Attempts = j.Attempts, Stored = j.Problem });

    public string CauseOf(string stored) => PlainCause.Of(
        stored, "Why stands beside the tuning, for those who may see it.",
        ("no longer knows this job", "Google no longer knows this job: it was removed there, or its project was."),
        ("refused the training data", "Google refused the training data or the settings."),
        ("may not read the rows", "Google's tuning service may not read the rows in the bucket."),
        ("quota for tuning is used up", "The quota for tuning is used up at Google."),
        ("could not finish the training", "Google could not finish the training and names no reason in the data."),
        ("organization is suspended", "Its organization is suspended."));

    /// <summary>The next move of a job that is open, at once. A worker that finds its label at Google adopts that job, so nothing is ordered twice.</summary>
    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.TuningJobs.SingleOrDefaultAsync(j => j.Id == id && j.EndedAt == null && (j.LeaseUntil == null || j.LeaseUntil <= now), ct) is not { } job)
        {
            return null;
        }

        job.Next(TimeSpan.Zero, now);
        var tenantId = job.TenantId;
        return () => jobs.Enqueue<TuningWorker>(w => w.StepAsync(tenantId, id, CancellationToken.None));
    }
}
