using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

public sealed class FailedEvaluations(IBackgroundJobClient jobs) : IFailedWork
{
    public string Kind => "Evaluation";

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.EvaluationRuns.Where(e => e.State == EvaluationState.Failed)
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, ProjectId = e.ProjectId, At = e.EndedAt ?? e.CreatedAt, Stored = e.Problem });

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now) => db.EvaluationRuns
        .Where(e => (e.State == EvaluationState.Queued || e.State == EvaluationState.Running) && e.Attempts > 1)
        .Select(e => new FailedItem { TenantId = e.TenantId, Id = e.Id, ProjectId = e.ProjectId, At = e.CreatedAt, Attempts = e.Attempts });

    public string CauseOf(string stored) => stored is "" ? "A step of it fails, and is begun again." : PlainCause.Of(
        stored, "Why stands beside the evaluation, for those who may see it.",
        ("could not answer the rows", "A candidate could not answer the rows; its run is in this list as well."), ("was cancelled", "The run of a candidate was cancelled."));

    /// <summary>What is answered is added up again, which costs nothing. Asking the rows again would.</summary>
    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        if (await db.EvaluationRuns.SingleOrDefaultAsync(e => e.Id == id && e.State != EvaluationState.Succeeded && e.State != EvaluationState.Cancelled, ct) is not { } evaluation)
        {
            return null;
        }

        var runs = db.CandidateRuns;
        if (evaluation.State is EvaluationState.Failed
            && await db.EvaluatedCandidates.AnyAsync(c => c.EvaluationId == id && !runs.Any(r => r.Id == c.RunId && r.State == RunState.Succeeded), ct))
        {
            throw new PortalException("Not every candidate has answered the rows, and asking again costs. Nothing was done: its organization begins it again.");
        }

        evaluation.Again();
        var tenantId = evaluation.TenantId;
        return () => jobs.Enqueue<EvaluationWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
    }
}
