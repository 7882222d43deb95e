using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Erasures never give up; these wait for somebody, a vendor for one.</summary>
public sealed class FailedErasures(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Erasure";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => Items(db.OrganizationErasures.Where(_ => false));

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => Items(db.OrganizationErasures.Where(e => e.State == ErasureState.Erasing && (e.Failures > 0 || e.LeaseUntil < now)));

    public string CauseOf(string stored) => stored is "" ? "It stopped before its end and goes on by itself." : PlainCause.Of(
        stored, "Something of it at Google cannot be removed now. Its receipt will name what was not.",
        ("Somebody was still writing", "Somebody was still writing; it is looked through once more."), ("database is being read", "The database is being read; its free pages are cleared in a moment."),
        ("Waiting until work", "Work that was under way has not ended yet."));

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var whose = db.TenantId;
        if (await db.OrganizationErasures.SingleOrDefaultAsync(e => e.Id == id && e.TenantId == whose && e.State == ErasureState.Erasing && (e.LeaseUntil == null || e.LeaseUntil < now), ct) is not { } erasure)
        {
            return null;
        }

        erasure.Await(erasure.Problem, TimeSpan.Zero, now);
        return () => jobs.Enqueue<EraseWorker>(w => w.RunAsync(whose, id, CancellationToken.None));
    }

    private static IQueryable<FailedItem> Items(IQueryable<OrganizationErasure> erasures) =>
        erasures.Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.BegunAt ?? e.AskedAt, Attempts = e.Failures, Stored = e.Problem });
}
