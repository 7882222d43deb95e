using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Says on the project's board that a re-tune is proposed, until somebody answers it.</summary>
public sealed class RetuneNotices(IDbContextFactory<PortalDbContext> dbs) : IProjectNotices
{
    public async Task<IReadOnlyList<ProjectNotice>> ReadAsync(string? projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (jobs, endpoints) = (db.TuningJobs, db.Endpoints);
        var open = await (
            from proposal in db.RetuneProposals.AsNoTracking()
            join project in db.Projects on proposal.ProjectId equals project.Id
            where proposal.State == RetuneState.Open && (projectId == null || proposal.ProjectId == projectId)
                && endpoints.Any(e => e.LiveDeploymentId == proposal.DeploymentId) && !jobs.Any(j => j.ProjectId == proposal.ProjectId && j.CreatedAt > proposal.CreatedAt)
            orderby proposal.CreatedAt
            select new { Proposal = proposal, project.Name }).ToListAsync(ct);
        return [.. open.Select(o => new ProjectNotice(o.Proposal.ProjectId, o.Name, $"A re-tune is proposed. {RetuneWords.Reasons(o.Proposal)} {RetuneWords.Price(o.Proposal)}", "See why", "monitor", IsUrgent: false))];
    }
}
