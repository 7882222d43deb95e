using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>What was live when an evaluation ended is known from the archive alone; which rows count against it is computed anew.</summary>
internal static class LiveFigures
{
    /// <summary>Null where nothing was compared with it; the versions are those that its rows come from.</summary>
    public static async Task<(LiveRows Rows, IReadOnlyList<string> VersionIds)?> FindAsync(PortalDbContext db, EvaluationRun evaluation, List<EvaluatedCandidate> parts, CancellationToken ct)
    {
        if (parts.Select(p => p.Result?.ToLive).FirstOrDefault(t => t is not null) is not { } told)
        {
            return null;
        }

        var candidateId = parts.Find(p => p.Place == told.Place)?.CandidateId;
        var model = await db.Candidates.AsNoTracking().SingleOrDefaultAsync(c => c.Id == candidateId, ct);
        var versions = await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == evaluation.ProjectId && v.State == VersionState.Frozen).ToListAsync(ct);
        if (model is null || versions.Find(v => v.Number == told.JudgedBy) is not { } judged || versions.Find(v => v.Id == evaluation.VersionId) is not { } own)
        {
            throw ArchiveReader.Refused($"What the candidates of evaluation {evaluation.Number} ({evaluation.Id}) are compared with as live is not in it.");
        }

        return (await LiveRows.OfAsync(db, own, evaluation.Metric, (told.Place, model, judged), ct), [own.Id, judged.Id, model.VersionId ?? own.Id]);
    }
}
