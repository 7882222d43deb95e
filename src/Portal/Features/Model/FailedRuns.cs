using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class FailedRuns(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Run";

    public string WhyNotAgain => "It costs, so only its organization begins it again.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.CandidateRuns.Where(r => r.State == RunState.Failed)
        .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, ProjectId = r.ProjectId, At = r.EndedAt ?? r.CreatedAt, Stored = r.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.CandidateRuns.Where(r => (r.State == RunState.Queued || r.State == RunState.Running) && r.Problem != "")
        .Select(r => new FailedItem { TenantId = r.TenantId, Id = r.Id, ProjectId = r.ProjectId, At = r.UpdatedAt ?? r.CreatedAt, Attempts = r.FruitlessSteps, Stored = r.Problem });

    public string CauseOf(string stored) => PlainCause.Of(
        stored, "Why stands beside the run, for those who may see it.",
        ("amount held for this run is used up", "Its answers were longer than the quote's worst, so the amount held was used up."),
        ("Version rows are missing", "Rows of the version it runs on are missing."));

    /// <summary>Only what is paid for and rests until its next attempt: the amount for it is still held.</summary>
    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.CandidateRuns.SingleOrDefaultAsync(r => r.Id == id && r.NextAttemptAt != null && (r.LeaseUntil == null || r.LeaseUntil < now), ct) is not { IsActive: true } run)
        {
            return null;
        }

        run.Hurry(now);
        var tenantId = run.TenantId;
        return () => jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
