using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public sealed class FailedDeployments(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Deployment";

    public string WhyNotAgain => "It would put a model before callers, so only its organization approves it again.";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.Deployments.Where(d => d.State == DeploymentState.Failed)
        .Select(d => new FailedItem { TenantId = d.TenantId, Id = d.Id, ProjectId = d.ProjectId, At = d.EndedAt ?? d.ApprovedAt, Stored = d.SmokeProblem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now)
    {
        var before = now - IFailedWork.Patience;
        return db.Deployments.Where(d => (d.State == DeploymentState.Draft || d.State == DeploymentState.Testing) && (d.ReturnedAt ?? d.ApprovedAt) < before)
            .Select(d => new FailedItem { TenantId = d.TenantId, Id = d.Id, ProjectId = d.ProjectId, At = d.ReturnedAt ?? d.ApprovedAt });
    }

    public string CauseOf(string stored) => stored is "" ? "Its smoke call has not come to an end." : PlainCause.Of(
        stored, "Its smoke call brought no valid answer. Why stands beside the deployment, for those who may see it.",
        ("empty answer", "In its smoke call the model gave an empty answer."), ("broke off", "In its smoke call the answer broke off."),
        ("none of the task's labels", "In its smoke call the model answered with none of the task's labels."));

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct) =>
        await db.Deployments.Where(d => d.Id == id && (d.State == DeploymentState.Draft || d.State == DeploymentState.Testing)).Select(d => d.TenantId).SingleOrDefaultAsync(ct) is { } tenantId
            ? () => jobs.Enqueue<SmokeWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None))
            : null;
}
