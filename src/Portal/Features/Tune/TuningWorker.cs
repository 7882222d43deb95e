using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Tune;

/// <summary>Makes one move of one job, saves it, and has itself woken for the next. Safe to run twice, at any time, and to be killed anywhere.</summary>
public sealed class TuningWorker(
    IDbContextFactory<PortalDbContext> dbs,
    TenantScope scope,
    TuningLease lease,
    TuningMoves moves,
    IBackgroundJobClient jobs,
    TimeProvider time,
    ILogger<TuningWorker> logger)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task StepAsync(string tenantId, string jobId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await lease.ClaimAsync(jobId, ct) is not { } token)
        {
            return;
        }

        if (await MoveAsync(jobId, token, ct) is { } next)
        {
            var pause = next - Now;
            jobs.Schedule<TuningWorker>(worker => worker.StepAsync(tenantId, jobId, CancellationToken.None), pause > TimeSpan.Zero ? pause : TimeSpan.Zero);
        }
    }

    /// <summary>When the next move is due; null when there is none, or when it is another's.</summary>
    private async Task<DateTime?> MoveAsync(string jobId, string token, CancellationToken ct)
    {
        try
        {
            await using var beat = lease.Keep(jobId, token, ct);
            try
            {
                return await MoveAsync(jobId, beat.Held);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested && beat.Held.IsCancellationRequested)
            {
                // The lease went to another worker, who goes on from what is saved.
                return null;
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host is stopping; whoever comes next need not wait for the lease to run out.
            await lease.ReleaseAsync(jobId, token, CancellationToken.None);
            throw;
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody saved first, by cancelling for one. What Google did meanwhile is found again by its label.
            await lease.ReleaseAsync(jobId, token, ct);
            return Now;
        }
        catch (VertexException fault)
        {
            return await RecordAsync(jobId, token, job => moves.Failed(job, fault), ct);
        }
        catch (PortalException expected)
        {
            return await RecordAsync(jobId, token, job => job.Stumble(expected.Message, expected.Details ?? "", null, Now), ct);
        }
        catch (Exception bug)
        {
            logger.LogError(bug, "Tuning job {JobId} could not move", jobId);
            return await RecordAsync(jobId, token, job => job.Stumble("Something went wrong on our side, not on Google's. Nothing is lost.", "", null, Now), ct);
        }
    }

    private async Task<DateTime?> MoveAsync(string jobId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var job = await db.TuningJobs.SingleAsync(j => j.Id == jobId, ct);
        var before = job.State;
        await moves.MakeAsync(db, job, ct);
        return await SaveAsync(db, job, before, ct);
    }

    /// <summary>A failed move leaves its half-made changes behind and writes only what went wrong.</summary>
    private async Task<DateTime?> RecordAsync(string jobId, string token, Action<TuningJob> record, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var job = await db.TuningJobs.SingleOrDefaultAsync(j => j.Id == jobId && j.LeaseToken == token, ct);
        if (job is null || job.IsEnded)
        {
            return null;
        }

        var before = job.State;
        record(job);
        if (job.IsEnded)
        {
            await moves.FreeAsync(db, job, ct);
        }

        return await SaveAsync(db, job, before, ct);
    }

    private async Task<DateTime?> SaveAsync(PortalDbContext db, TuningJob job, TuningJobState before, CancellationToken ct)
    {
        job.Release();
        await db.SaveChangesAsync(ct);
        if (job.State != before)
        {
            PortalTelemetry.TuningMoves.Add(1, new KeyValuePair<string, object?>("state", job.State.ToString()));
            logger.LogInformation("Tuning job {JobId} went from {Before} to {State}", job.Id, before, job.State);
        }

        return job.IsEnded ? null : job.NextStepAt;
    }
}
