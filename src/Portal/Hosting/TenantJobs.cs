using Hangfire;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.Storage;
using Hangfire.Storage.Monitoring;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Leave;
using Portal.Persistence;

namespace Portal.Hosting;

/// <summary>Work that carries an organisation's ids: every worker's first argument is its tenant.</summary>
public sealed class TenantJobs(JobStorage storage)
{
    private const int PageSize = 500;

    /// <summary>Takes all of an organisation's work out of the storage, done and failed alike; what erases it stays. Returns how much went.</summary>
    public int Remove(string tenantId)
    {
        var found = Find(tenantId);
        var client = new BackgroundJobClient(storage);
        using var connection = storage.GetConnection();
        foreach (var id in found)
        {
            client.Delete(id);
            // The storage forgets it with its next clean-up, instead of a day later.
            using var transaction = connection.CreateWriteTransaction();
            transaction.ExpireJob(id, TimeSpan.Zero);
            transaction.Commit();
        }

        return found.Count;
    }

    internal IReadOnlyCollection<string> Find(string tenantId)
    {
        var api = storage.GetMonitoringApi();
        IEnumerable<(string Id, Job? Job)> all =
        [
            .. api.Queues().SelectMany(q => Pages(from => api.EnqueuedJobs(q.Name, from, PageSize)).Select(j => (j.Key, j.Value?.Job))),
            .. api.Queues().SelectMany(q => Pages(from => api.FetchedJobs(q.Name, from, PageSize)).Select(j => (j.Key, j.Value?.Job))),
            .. Pages(from => api.ScheduledJobs(from, PageSize)).Select(j => (j.Key, j.Value?.Job)),
            .. Pages(from => api.ProcessingJobs(from, PageSize)).Select(j => (j.Key, j.Value?.Job)),
            .. Pages(from => api.FailedJobs(from, PageSize)).Select(j => (j.Key, j.Value?.Job)),
            .. Pages(from => api.SucceededJobs(from, PageSize)).Select(j => (j.Key, j.Value?.Job)),
            .. Pages(from => api.DeletedJobs(from, PageSize)).Select(j => (j.Key, j.Value?.Job)),
        ];
        return all.Where(j => TenantOf(j.Job) == tenantId && j.Job?.Type != typeof(EraseWorker)).Select(j => j.Id).ToHashSet();
    }

    internal static string? TenantOf(Job? job) => job is { Args: [string tenantId, ..] } && job.Method.GetParameters() is [{ Name: "tenantId" }, ..] ? tenantId : null;

    private static IEnumerable<KeyValuePair<string, T>> Pages<T>(Func<int, JobList<T>> read)
    {
        for (var from = 0; ; from += PageSize)
        {
            var page = read(from);
            foreach (var one in page)
            {
                yield return one;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }
}

/// <summary>Nobody works for an organisation that is being erased, or is gone, but whoever erases it.</summary>
internal sealed class ClosedTenants(IServiceScopeFactory scopes) : IJobFilterProvider, IServerFilter
{
    public IEnumerable<JobFilter> GetFilters(Job job) => JobFilterProviders.Providers.GetFilters(job).Append(new JobFilter(this, JobFilterScope.Global, null));

    public void OnPerforming(PerformingContext context)
    {
        var job = context.BackgroundJob.Job;
        if (TenantJobs.TenantOf(job) is not { } tenantId || job.Type == typeof(EraseWorker))
        {
            return;
        }

        using var services = scopes.CreateScope();
        using var db = services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContext();
        context.Canceled = db.OrganizationErasures.Any(e => e.TenantId == tenantId && (e.State == ErasureState.Erasing || e.State == ErasureState.Erased));
    }

    public void OnPerformed(PerformedContext context)
    {
    }
}
