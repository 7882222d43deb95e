using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class FailedAugmentations(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Augmentation";

    public string WhyNotAgain => "It costs, so only its organization begins it again.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.Augmentations.Where(a => a.State == AugmentationState.Failed)
        .Select(a => new FailedItem { TenantId = a.TenantId, Id = a.Id, ProjectId = a.ProjectId, At = a.EndedAt ?? a.CreatedAt, Stored = a.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.Augmentations
        .Where(a => (a.State == AugmentationState.Queued || a.State == AugmentationState.Running) && a.Problem != "")
        .Select(a => new FailedItem { TenantId = a.TenantId, Id = a.Id, ProjectId = a.ProjectId, At = a.UpdatedAt ?? a.CreatedAt, Attempts = a.FruitlessSteps, Stored = a.Problem });

    public string CauseOf(string stored) => PlainCause.Of(
        stored, "Why stands beside the run, for those who may see it.",
        ("amount held for these rows is used up", "Its answers were longer than the quote's worst, so the amount held was used up."),
        ("training rows that it was to learn", "The training rows that it was to learn from are gone."));

    /// <summary>Only what is paid for and rests until its next attempt: the amount for it is still held.</summary>
    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.Augmentations.SingleOrDefaultAsync(a => a.Id == id && a.NextAttemptAt != null && (a.LeaseUntil == null || a.LeaseUntil < now), ct) is not { IsActive: true } run)
        {
            return null;
        }

        run.Hurry(now);
        var tenantId = run.TenantId;
        return () => jobs.Enqueue<AugmentWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
