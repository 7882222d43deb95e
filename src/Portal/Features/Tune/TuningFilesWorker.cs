using Microsoft.EntityFrameworkCore;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Tune;

/// <summary>Deletes from the bucket what an ended job had sent there. Safe to run twice, and to be killed anywhere.</summary>
public sealed class TuningFilesWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, TuningGateway google, TimeProvider time, ILogger<TuningFilesWorker> logger)
{
    public async Task DeleteAsync(string tenantId, string jobId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var job = await db.TuningJobs.SingleOrDefaultAsync(j => j.Id == jobId, ct);
        if (job is not { IsEnded: true, FilesDeletedAt: null })
        {
            return;
        }

        try
        {
            await TuningGateway.DeleteFilesAsync(await google.OpenForAsync(job, ct), job, ct);
            job.FilesDeleted(time.GetUtcNow().UtcDateTime);
        }
        catch (VertexException fault)
        {
            logger.LogWarning(fault, "The files of tuning job {JobId} are still in the bucket", jobId);
            job.DeleteFilesLater(time.GetUtcNow().UtcDateTime);
        }

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another worker has done it, or goes on with it.
        }
    }
}
