using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>The right to make a job's next move. It is taken by one conditional update, so only one worker ever has it, and it ends by itself.</summary>
public sealed class TuningLease(IDbContextFactory<PortalDbContext> dbs, IOptions<TuneOptions> options, TimeProvider time)
{
    /// <summary>The token, or null where the job has ended, is not due, or is another worker's.</summary>
    public async Task<string?> ClaimAsync(string jobId, CancellationToken ct)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (token, until) = (Guid.NewGuid().ToString("N"), now + options.Value.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.TuningJobs
            .Where(j => j.Id == jobId && j.EndedAt == null && j.NextStepAt <= now && (j.LeaseUntil == null || j.LeaseUntil <= now))
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.LeaseToken, token).SetProperty(j => j.LeaseUntil, until), ct);
        return claimed is 1 ? token : null;
    }

    /// <summary>For a worker whose move was overtaken by somebody's save.</summary>
    public async Task ReleaseAsync(string jobId, string token, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.TuningJobs.Where(j => j.Id == jobId && j.LeaseToken == token)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.LeaseToken, "").SetProperty(j => j.LeaseUntil, (DateTime?)null), ct);
    }

    /// <summary>Renews while a long move runs, until the returned token is cancelled by disposal or the lease turns out to be lost.</summary>
    public Heartbeat Keep(string jobId, string token, CancellationToken ct) => new(this, jobId, token, ct);

    private async Task<bool> RenewAsync(string jobId, string token, CancellationToken ct)
    {
        var until = time.GetUtcNow().UtcDateTime + options.Value.Lease;
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.TuningJobs.Where(j => j.Id == jobId && j.LeaseToken == token)
            .ExecuteUpdateAsync(set => set.SetProperty(j => j.LeaseUntil, until), ct) is 1;
    }

    public sealed class Heartbeat : IAsyncDisposable
    {
        private readonly CancellationTokenSource _held;
        private readonly Task _beating;

        internal Heartbeat(TuningLease lease, string jobId, string token, CancellationToken ct)
        {
            _held = CancellationTokenSource.CreateLinkedTokenSource(ct);
            _beating = BeatAsync(lease, jobId, token);
        }

        /// <summary>Cancelled when the lease is lost: whoever works under it must stop.</summary>
        public CancellationToken Held => _held.Token;

        public async ValueTask DisposeAsync()
        {
            await _held.CancelAsync();
            await _beating;
            _held.Dispose();
        }

        private async Task BeatAsync(TuningLease lease, string jobId, string token)
        {
            try
            {
                using var timer = new PeriodicTimer(lease.Every, lease.Time);
                while (await timer.WaitForNextTickAsync(_held.Token))
                {
                    if (!await lease.RenewAsync(jobId, token, _held.Token))
                    {
                        await _held.CancelAsync();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                // The move is over.
            }
        }
    }

    private TimeSpan Every => options.Value.Lease / 3;

    private TimeProvider Time => time;
}
