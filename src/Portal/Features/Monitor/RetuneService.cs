using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What is known of tuning a project's live model again.</summary>
/// <param name="Open">Null where nothing calls for it, or it was answered.</param>
/// <param name="Signals">The figures as they were last looked at; empty before the first look, and where what is live was not tuned.</param>
public sealed record RetuneView(RetuneProposal? Open, IReadOnlyList<RetuneSignal> Signals, DateTime? CheckedAt, RetuneProposal? Dismissed)
{
    /// <summary>False once it was looked at and there was nothing to measure: what is live was not tuned.</summary>
    public bool MayBeTuned => Signals.Count > 0 || CheckedAt is null;
}

/// <summary>Shows whether a live model should be tuned again, and takes a no.</summary>
public sealed class RetuneService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, TimeProvider time)
{
    public bool MayAnswer => current.May(Permission.Tune);

    public async Task<RetuneView> ReadAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var live = await db.Endpoints.Where(e => e.ProjectId == projectId).Select(e => e.LiveDeploymentId).SingleOrDefaultAsync(ct);
        var watch = live is null ? null : await db.RetuneWatches.AsNoTracking().SingleOrDefaultAsync(w => w.ProjectId == projectId && w.DeploymentId == live, ct);
        var newest = live is null ? null : await db.RetuneProposals.AsNoTracking().Where(p => p.DeploymentId == live).OrderByDescending(p => p.CreatedAt).FirstOrDefaultAsync(ct);
        var isAnswered = newest is not { State: RetuneState.Open } || await StartedAfterAsync(db, newest, ct) is not null;
        return new RetuneView(isAnswered ? null : newest, watch?.Signals ?? [], watch?.CheckedAt, newest is { State: RetuneState.Dismissed } ? newest : null);
    }

    /// <summary>Says no. It is proposed again only when there is something new of size.</summary>
    public async Task DismissAsync(string projectId, string retuneProposalId, CancellationToken ct)
    {
        current.Require(Permission.Tune);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var proposal = await db.RetuneProposals.SingleOrDefaultAsync(p => p.Id == retuneProposalId && p.ProjectId == projectId, ct) ?? throw new NotFoundException("proposal");
        if (proposal.State is not RetuneState.Open)
        {
            return;
        }

        proposal.End(RetuneState.Dismissed, current.UserName, time.GetUtcNow().UtcDateTime);
        db.Audit("retune.dismissed", proposal.AsTarget());
        if (!await db.TrySaveAsync(ct))
        {
            throw new PortalException("This proposal has just been answered otherwise. Load the page again.");
        }
    }

    /// <summary>Who has started a tuning since; null where nobody has.</summary>
    internal static Task<string?> StartedAfterAsync(PortalDbContext db, RetuneProposal proposal, CancellationToken ct) =>
        db.TuningJobs.Where(j => j.ProjectId == proposal.ProjectId && j.CreatedAt > proposal.CreatedAt).OrderBy(j => j.CreatedAt).Select(j => (string?)j.StartedByName).FirstOrDefaultAsync(ct);
}
