using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Erasures of rows never give up; these wait.</summary>
public sealed class FailedPersonErasures(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Erasure of rows";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => Items(db.PersonErasures.Where(_ => false));

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) =>
        Items(db.PersonErasures.Where(e => (e.State == PersonErasureState.Erasing || e.State == PersonErasureState.Searching) && (e.Failures > 0 || e.LeaseUntil < now)));

    public string CauseOf(string stored) => "It stopped before its end and goes on by itself.";

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var whose = db.TenantId;
        if (await db.PersonErasures.SingleOrDefaultAsync(e => e.Id == id && (e.State == PersonErasureState.Erasing || e.State == PersonErasureState.Searching) && (e.LeaseUntil == null || e.LeaseUntil < now), ct) is not { } erasure)
        {
            return null;
        }

        erasure.Await(erasure.Problem, TimeSpan.Zero, now);
        return () => jobs.Enqueue<PersonErasureWorker>(w => w.RunAsync(whose, id, CancellationToken.None));
    }

    private static IQueryable<FailedItem> Items(IQueryable<PersonErasure> erasures) =>
        erasures.Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, At = e.BegunAt ?? e.AskedAt, Attempts = e.Failures, Stored = e.Problem });
}
