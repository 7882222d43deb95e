using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>What answers a project's callers, and when it was approved.</summary>
public sealed record LiveModel(string CandidateId, DateTime ApprovedAt);

/// <summary>Knows what is live. The slice that deploys is to the right of this one, and lends it.</summary>
public interface ILiveModel
{
    Task<LiveModel?> FindAsync(string projectId, CancellationToken ct);
}

/// <summary>The live candidate, and the version by whose sealed rows it was judged before it was approved; null where nobody knows.</summary>
public sealed record JudgedLive(Candidate Candidate, DatasetVersion? JudgedBy);

/// <summary>What a candidate has to hold its own against, as the evaluations know it.</summary>
public sealed class LiveReader(IDbContextFactory<PortalDbContext> dbs, ILiveModel live)
{
    public async Task<JudgedLive?> FindAsync(string projectId, CancellationToken ct)
    {
        if (await live.FindAsync(projectId, ct) is not { } found)
        {
            return null;
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var candidate = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == found.CandidateId, ct);
        var judged = await (from evaluation in db.EvaluationRuns.AsNoTracking()
                            join part in db.EvaluatedCandidates on evaluation.Id equals part.EvaluationId
                            where part.CandidateId == candidate.Id && evaluation.State == EvaluationState.Succeeded && evaluation.EndedAt <= found.ApprovedAt
                            orderby evaluation.Number descending
                            select evaluation.VersionId).FirstOrDefaultAsync(ct) ?? candidate.VersionId;
        return new JudgedLive(candidate, await db.DatasetVersions.AsNoTracking().SingleOrDefaultAsync(v => v.Id == judged, ct));
    }
}
