using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>Lets one worker at a time have a run, for a short while that it prolongs as long as it lives.</summary>
public sealed class RunLease(IDbContextFactory<PortalDbContext> dbs, IOptions<RunOptions> options, TimeProvider time)
{
    /// <summary>A timer may fire a moment before the time that it was set to.</summary>
    private static readonly TimeSpan s_early = TimeSpan.FromSeconds(1);

    /// <summary>The run, if it is active, due, and nobody has it.</summary>
    public async Task<CandidateRun?> TakeAsync(string runId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (token, now) = (Guid.NewGuid().ToString("N"), Now);
        var (until, due) = (now + Length, now + s_early);
        var taken = await db.CandidateRuns.OfServedTenants(db)
            .Where(r => r.Id == runId && (r.State == RunState.Queued || r.State == RunState.Running)
                && (r.LeaseUntil == null || r.LeaseUntil < now) && (r.NextAttemptAt == null || r.NextAttemptAt <= due))
            // The version moves too: whoever had the run before can no longer save.
            .ExecuteUpdateAsync(
                set => set.SetProperty(r => r.LeaseToken, token).SetProperty(r => r.LeaseUntil, until).SetProperty(r => r.State, RunState.Running)
                    .SetProperty(r => r.StartedAt, r => r.StartedAt ?? now).SetProperty(r => r.Version, r => r.Version + 1),
                ct);
        return taken is 0 ? null : await db.CandidateRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId && r.LeaseToken == token, ct);
    }

    /// <summary>Gives a run back that was not saved; one that was, has been given back with the save.</summary>
    public async Task ReleaseAsync(CandidateRun run)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.CandidateRuns.Where(r => r.Id == run.Id && r.LeaseToken == run.LeaseToken)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseToken, (string?)null).SetProperty(r => r.LeaseUntil, (DateTime?)null));
    }

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
                var until = Now + Length;
                await db.CandidateRuns.Where(r => r.Id == run.Id && r.LeaseToken == run.LeaseToken)
                    .ExecuteUpdateAsync(set => set.SetProperty(r => r.LeaseUntil, until), ct);
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
