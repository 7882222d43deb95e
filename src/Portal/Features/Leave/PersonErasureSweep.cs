using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Searches and erasures of rows that nobody works on.</summary>
public sealed class PersonErasureSweep(IBackgroundJobClient jobs) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        db.PersonErasures.Where(e => (e.State == PersonErasureState.Searching || e.State == PersonErasureState.Erasing) && e.NextStepAt <= now && (e.LeaseUntil == null || e.LeaseUntil < now))
            .OrderBy(e => e.NextStepAt)
            .WakeAsync(e => jobs.Enqueue<PersonErasureWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
}
