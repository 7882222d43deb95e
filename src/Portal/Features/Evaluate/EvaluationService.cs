using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Evaluate;

/// <summary>An evaluation as its page shows it; the baseline first, each with the run that answers the rows for it.</summary>
public sealed record EvaluationDetail(
    EvaluationRun Evaluation, DatasetVersion Version, IReadOnlyList<EvaluatedCandidate> Candidates, IReadOnlyDictionary<string, CandidateRun> Runs)
{
    /// <summary>Tuned models, by id, whose training rows were erased since.</summary>
    public IReadOnlyDictionary<string, ErasedTraining> Erased { get; init; } = new Dictionary<string, ErasedTraining>();

    /// <summary>What is live now.</summary>
    public Candidate? Live { get; init; }

    public EvaluatedCandidate Baseline => Candidates[0];

    public ReleaseGate? GateOf(EvaluatedCandidate candidate) => ReleaseGate.Of(Evaluation, candidate, Baseline.Name, LiveOpponent.Among(Candidates, Live));

    public int Total => Candidates.Count * Version.TestCount;

    public int Answered => Runs.Values.Sum(r => r.Answered);
}

public sealed record EvaluationLine(string Id, int Number, EvaluationState State, DateTime CreatedAt);

/// <summary>What an evaluation would cost; candidates that have answered these rows before cost nothing again.</summary>
public sealed record EvaluationQuote(Quote Sum, int Reused);

public sealed class EvaluationService(
    IDbContextFactory<PortalDbContext> dbs, ProjectService projects, ExampleService examples, CandidateService candidates,
    CandidateRunService runs, ChoiceService choices, LiveReader live, CurrentMember current, IBackgroundJobClient jobs, TimeProvider time)
{
    public bool MayStart => current.May(Permission.RunModels);

    public async Task<EvaluationSetup> ReadSetupAsync(string projectId, CancellationToken ct)
    {
        var project = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var versions = await db.DatasetVersions.AsNoTracking().Where(v => v.ProjectId == projectId && v.State == VersionState.Frozen).ToListAsync(ct);
        var setup = EvaluationSetup.Of(
            project, versions, await candidates.ListAsync(projectId, ct), await runs.ListAsync(projectId, Split.Validation, ct), await choices.FindAsync(projectId, ct),
            (await live.FindAsync(projectId, ct))?.Candidate);
        return setup.Version is { } version ? setup with { Looks = await examples.CountLooksAsync(version.Id, ct) } : setup;
    }

    /// <summary>The sum of what each run would hold: the figure on the button.</summary>
    public async Task<EvaluationQuote> QuoteAsync(EvaluationSetup setup, IReadOnlyCollection<string> candidateIds, CancellationToken ct)
    {
        var (likely, worst, reused) = (0L, 0L, 0);
        var done = await runs.ListAsync(setup.Project.Project.Id, Split.Test, ct);
        foreach (var id in candidateIds)
        {
            if (setup.Version is not { } version)
            {
                break;
            }

            if (done.Any(r => r.Candidate.Id == id && r.Run.VersionId == version.Id && r.Run.Answers(version.TestCount, setup.Project.Task.Metric)))
            {
                reused++;
                continue;
            }

            var quote = await runs.QuoteAsync(id, version.Id, Split.Test, ct);
            (likely, worst) = (likely + quote.LikelyMicros, worst + quote.WorstMicros);
        }

        return new EvaluationQuote(new Quote(likely, worst), reused);
    }

    /// <summary>Opens the sealed split for a baseline and, if any, candidates to compare with it. The look is recorded first.</summary>
    public async Task<EvaluationRun> StartAsync(string projectId, string baselineId, IReadOnlyList<string> candidateIds, CancellationToken ct)
    {
        current.Require(Permission.RunModels);
        var setup = await ReadSetupAsync(projectId, ct);
        // What is to take a place stands before what has it.
        var ids = candidateIds.Where(id => id != baselineId).Distinct(StringComparer.Ordinal).OrderBy(id => id == setup.Live?.Id).Prepend(baselineId).ToList();
        var picked = ids.Select(id => setup.Options.FirstOrDefault(o => o.Candidate.Id == id)?.Candidate ?? throw new NotFoundException("candidate")).ToList();
        var (version, target) = Require(setup, picked);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.EvaluationRuns.AnyAsync(e => e.ProjectId == projectId && (e.State == EvaluationState.Queued || e.State == EvaluationState.Running), ct))
        {
            throw new PortalException("An evaluation of this project is under way. Wait for its result, or cancel it first.");
        }

        var evaluation = new EvaluationRun
        {
            ProjectId = projectId,
            VersionId = version.Id,
            Number = await db.EvaluationRuns.Where(e => e.ProjectId == projectId).CountAsync(ct) + 1,
            Metric = setup.Project.Task.Metric,
            Target = target,
            CreatedAt = Now,
            StartedByUserId = current.UserId,
            StartedByName = current.UserName,
        };
        db.EvaluationRuns.Add(evaluation);
        db.EvaluatedCandidates.AddRange(picked.Select((c, place) => new EvaluatedCandidate
        {
            EvaluationId = evaluation.Id, Place = place, CandidateId = c.Id, Name = c.Name, Rung = c.Rung,
        }));
        db.Audit("evaluation.started", new AuditTarget("evaluation", evaluation.Id, $"Evaluation {evaluation.Number}", projectId), string.Join(", ", picked.Select(c => c.Name)));
        await examples.RecordLookAsync(version.Id, $"Evaluation {evaluation.Number}: {string.Join(", ", picked.Select(c => c.Name))}", ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException taken)
        {
            throw new PortalException("Somebody else started an evaluation at the same moment. Look at theirs; nothing was spent twice.", taken);
        }

        Enqueue(evaluation);
        return evaluation;
    }

    /// <summary>Asks to stop. Answers that are paid for stay, and are used if it is started again.</summary>
    public async Task CancelAsync(string projectId, string evaluationId, CancellationToken ct)
    {
        current.Require(Permission.RunModels);
        var detail = await GetAsync(projectId, evaluationId, ct);
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.EvaluationRuns
            .Where(e => e.Id == evaluationId && (e.State == EvaluationState.Queued || e.State == EvaluationState.Running) && e.CancelRequestedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.CancelRequestedAt, now), ct);
        db.Audit("evaluation.cancelled", new AuditTarget("evaluation", evaluationId, $"Evaluation {detail.Evaluation.Number}", projectId));
        await db.SaveChangesAsync(ct);
        foreach (var run in detail.Runs.Values.Where(r => r.IsActive))
        {
            await runs.CancelAsync(run.Id, ct);
        }

        Enqueue(detail.Evaluation);
    }

    public async Task<IReadOnlyList<EvaluationLine>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.EvaluationRuns.AsNoTracking().Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Number).Take(100)
            .Select(e => new EvaluationLine(e.Id, e.Number, e.State, e.CreatedAt)).ToListAsync(ct);
    }

    /// <summary>The newest evaluation; null where nothing has been evaluated.</summary>
    public async Task<EvaluationDetail?> FindLatestAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var latest = await db.EvaluationRuns.AsNoTracking().Where(e => e.ProjectId == projectId).OrderByDescending(e => e.Number).FirstOrDefaultAsync(ct);
        return latest is null ? null : await DetailAsync(db, latest, ct);
    }

    public async Task<EvaluationDetail> GetAsync(string projectId, string evaluationId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var evaluation = await db.EvaluationRuns.AsNoTracking().SingleOrDefaultAsync(e => e.Id == evaluationId && e.ProjectId == projectId, ct)
            ?? throw new NotFoundException("evaluation");
        return await DetailAsync(db, evaluation, ct);
    }

    /// <summary>
    /// The release gate of a candidate by its newest finished evaluation, not by its luckiest, against what is live now. Null while it has
    /// not been evaluated.
    /// </summary>
    public async Task<ReleaseGate?> FindGateAsync(string projectId, string candidateId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await (from evaluation in db.EvaluationRuns.AsNoTracking()
                           join candidate in db.EvaluatedCandidates on evaluation.Id equals candidate.EvaluationId
                           where evaluation.ProjectId == projectId && candidate.CandidateId == candidateId && evaluation.State == EvaluationState.Succeeded
                           orderby evaluation.Number descending
                           select new { evaluation, candidate }).FirstOrDefaultAsync(ct);
        if (found is null)
        {
            return null;
        }

        var parts = await db.EvaluatedCandidates.AsNoTracking().Where(c => c.EvaluationId == found.evaluation.Id).OrderBy(c => c.Place).ToListAsync(ct);
        return ReleaseGate.Of(found.evaluation, found.candidate, parts[0].Name, LiveOpponent.Among(parts, (await live.FindAsync(projectId, ct))?.Candidate));
    }

    private void Enqueue(EvaluationRun evaluation) =>
        jobs.Enqueue<EvaluationWorker>(w => w.RunAsync(evaluation.TenantId, evaluation.Id, CancellationToken.None));

    private static (DatasetVersion Version, double Target) Require(EvaluationSetup setup, List<Candidate> picked) => setup switch
    {
        { Version: null or { TestCount: 0 } } => throw new PortalException("There are no sealed rows to evaluate on. Freeze a version with a test split in the Data step."),
        { IsWornOut: true } => throw new PortalException(setup.WornOutWords),
        { Project.Task.Target: null } => throw new PortalException("The task has no target, so nobody could say what is good enough. Set one in the Define step."),
        _ when picked.Skip(1).Count(c => c.Id != setup.Live?.Id) > EvaluationSetup.MostCandidates => throw new PortalException($"At most {EvaluationSetup.MostCandidates} candidates are compared at once: among many, the best is the luckiest. Leave some out."),
        { Version: { } version, Project.Task.Target: { } target } => (version, target),
    };

    private async Task<EvaluationDetail> DetailAsync(PortalDbContext db, EvaluationRun evaluation, CancellationToken ct)
    {
        var parts = await db.EvaluatedCandidates.AsNoTracking().Where(c => c.EvaluationId == evaluation.Id).OrderBy(c => c.Place).ToListAsync(ct);
        var runIds = parts.Where(p => p.RunId != null).Select(p => p.RunId).ToList();
        var found = await db.CandidateRuns.AsNoTracking().Where(r => runIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);
        return new EvaluationDetail(evaluation, await examples.GetVersionAsync(evaluation.VersionId, ct), parts, found)
        {
            Erased = await candidates.ErasedTrainingAsync(evaluation.ProjectId, ct),
            Live = (await live.FindAsync(evaluation.ProjectId, ct))?.Candidate,
        };
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
