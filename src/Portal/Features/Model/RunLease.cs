using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>Lets one worker at a time have a run, for a short while that it prolongs as long as it lives.</summary>
public sealed class RunLease(IDbContextFactory<PortalDbContext> dbs, IOptions<RunOptions> options, TimeProvider time)
{
    /// <summary>The run, if it is active, due, and nobody has it.</summary>
    public async Task<CandidateRun?> TakeAsync(string runId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (now, due) = (Now, Now + Lease.Early);
        var token = await db.CandidateRuns.OfServedTenants(db)
            .Where(r => r.Id == runId && (r.State == RunState.Queued || r.State == RunState.Running) && (r.NextAttemptAt == null || r.NextAttemptAt <= due))
            .TakeAsync(now, Length, set => set.SetProperty(r => r.State, RunState.Running).SetProperty(r => r.StartedAt, r => r.StartedAt ?? now), ct);
        return token is null ? null : await db.CandidateRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.LeaseToken == token, ct);
    }

    public Task ReleaseAsync(CandidateRun run) => dbs.GiveBackAsync<CandidateRun>(run.Id, run.LeaseToken);

    /// <summary>Prolongs the lease until it is disposed.</summary>
    public IAsyncDisposable Keep(CandidateRun run) => new Keeper(this, run);

    private TimeSpan Length => TimeSpan.FromSeconds(options.Value.LeaseSeconds);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task ProlongAsync(CandidateRun run, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Length / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                await using var db = await dbs.CreateDbContextAsync(ct);
                await db.CandidateRuns.ProlongAsync(run.Id, run.LeaseToken, Now + Length, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // The step is over.
        }
    }

    private sealed class Keeper : IAsyncDisposable
    {
        private readonly CancellationTokenSource _over = new();
        private readonly Task _prolonging;

        public Keeper(RunLease lease, CandidateRun run) => _prolonging = lease.ProlongAsync(run, _over.Token);

        public async ValueTask DisposeAsync()
        {
            await _over.CancelAsync();
            await _prolonging;
            _over.Dispose();
        }
    }
}
