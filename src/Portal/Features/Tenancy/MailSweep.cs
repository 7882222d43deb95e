using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Mail whose wake-up was lost, whose sender was killed, or whose server was away.</summary>
public sealed class MailSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        db.OutgoingMails.Where(m => m.State == MailState.Waiting && m.NextAttemptAt < now).OrderBy(m => m.NextAttemptAt)
            .WakeAsync(m => work.Enqueue<MailWorker>(w => w.RunAsync(m.TenantId, m.Id, CancellationToken.None)), ct);
}
