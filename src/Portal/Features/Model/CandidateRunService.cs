using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>What a page shows of a run: the run and who answered.</summary>
public sealed record RunRow(CandidateRun Run, Candidate Candidate);

/// <summary>A row that was answered wrongly, or could not be asked.</summary>
public sealed record Mistake(int Number, string Input, string Expected, CandidateAnswer Answer);

public sealed class CandidateRunService(
    IDbContextFactory<PortalDbContext> dbs, ExampleService examples, ProjectService projects, CatalogueService catalogue,
    CandidateService candidates, RunRows rows, BillingService billing, CurrentMember current, IBackgroundJobClient jobs, TimeProvider time)
{
    private const int MistakePage = 200;

    public bool MayRun => current.May(Permission.RunModels);

    public bool MayReadMistakes => current.May(Permission.ReadRows);

    /// <summary>Starts a run over the whole split. One that is under way, or has answered every row, is given instead of a second.</summary>
    public Task<CandidateRun> StartAsync(string candidateId, string versionId, Split split, UsageSource source, CancellationToken ct) =>
        StartAsync(candidateId, versionId, split, source, int.MaxValue, ct);

    /// <summary>Starts a run over a sample of the split, which is the same for every candidate.</summary>
    /// <param name="startedBy">By whose right, where a worker starts it for somebody.</param>
    public async Task<CandidateRun> StartAsync(
        string candidateId, string versionId, Split split, UsageSource source, int maxRows, CancellationToken ct, string? startedBy = null)
    {
        current.Require(Permission.RunModels);
        var (candidate, recipe) = await candidates.GetAsync(candidateId, ct);
        Candidate.RefuseFormer(candidate.ModelName);
        var (_, task) = await projects.GetAsync(candidate.ProjectId, ct);
        var version = await examples.GetVersionAsync(versionId, ct);
        var total = Math.Min(maxRows, RunRows.CountOf(version, split));
        if (version.ProjectId != candidate.ProjectId || total < 1)
        {
            throw new PortalException($"Version {version.Number} has no {split.ToString().ToLowerInvariant()} rows for this candidate to answer. Freeze a version that has some.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var earlier = await db.CandidateRuns.AsNoTracking()
            .Where(r => r.CandidateId == candidateId && r.VersionId == versionId && r.Split == split).ToListAsync(ct);
        if (earlier.FirstOrDefault(r => r.Answers(total, task.Metric)) is { } known)
        {
            return known;
        }

        var (prices, quote) = await QuoteAsync(candidate.BaseModelId, recipe.Content, version, total, ct);
        var run = new CandidateRun
        {
            ProjectId = candidate.ProjectId,
            CandidateId = candidateId,
            VersionId = versionId,
            Split = split,
            Source = source,
            Attempt = earlier.Count + 1,
            Metric = task.Metric,
            Total = total,
            SampleLimit = await rows.SampleLimitAsync(version, split, total, ct),
            InputPricePerMillion = prices.Input,
            OutputPricePerMillion = prices.Output,
            ReservedMicros = quote.WorstMicros,
            CreatedAt = Now,
            StartedByUserId = startedBy ?? current.UserId,
        };
        db.CandidateRuns.Add(run);
        billing.Reserve(db, run.ProjectId, run.Id, quote);
        var mine = await SaveOrFindAsync(db, run, ct);
        Enqueue(mine);
        return mine;
    }

    /// <summary>What a run would cost: the same figure that it holds once it is started.</summary>
    public async Task<Quote> QuoteAsync(string candidateId, string versionId, Split split, CancellationToken ct)
    {
        var (candidate, recipe) = await candidates.GetAsync(candidateId, ct);
        var version = await examples.GetVersionAsync(versionId, ct);
        return (await QuoteAsync(candidate.BaseModelId, recipe.Content, version, RunRows.CountOf(version, split), ct)).Quote;
    }

    /// <summary>The runs of a project on one split, newest first.</summary>
    public async Task<IReadOnlyList<RunRow>> ListAsync(string projectId, Split split, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = from run in db.CandidateRuns.AsNoTracking()
                   join candidate in db.Candidates on run.CandidateId equals candidate.Id
                   where run.ProjectId == projectId && run.Split == split
                   orderby run.CreatedAt descending, run.Attempt descending
                   select new { run, candidate };
        return [.. (await rows.Take(500).ToListAsync(ct)).Select(r => new RunRow(r.run, r.candidate))];
    }

    public async Task<CandidateRun> GetAsync(string runId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.CandidateRuns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == runId, ct) ?? throw new NotFoundException("run");
    }

    /// <summary>All answers of a run, by the rows' numbers.</summary>
    public async Task<IReadOnlyList<CandidateAnswer>> AnswersAsync(string runId, CancellationToken ct)
    {
        var run = await GetAsync(runId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.CandidateAnswers.AsNoTracking().Where(a => a.RunId == run.Id).OrderBy(a => a.Number).ToListAsync(ct);
    }

    /// <summary>A page of what was not answered right, with the rows: never for the sealed split.</summary>
    public async Task<IReadOnlyList<Mistake>> MistakesAsync(string runId, int afterNumber, int take, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        var run = await GetAsync(runId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var answers = await db.CandidateAnswers.AsNoTracking().Where(a => a.RunId == run.Id && !a.IsCorrect && a.Number > afterNumber)
            .OrderBy(a => a.Number).Take(Math.Clamp(take, 1, 100)).ToListAsync(ct);
        var open = answers.ToDictionary(a => a.Number);
        var mistakes = new List<Mistake>();
        var after = afterNumber;
        while (mistakes.Count < answers.Count && await examples.ReadAsync(run.VersionId, run.Split, after, MistakePage, ct) is { Count: > 0 } page)
        {
            mistakes.AddRange(page.Where(e => open.ContainsKey(e.Number)).Select(e => new Mistake(e.Number, e.Input, e.Output, open[e.Number])));
            after = page[^1].Number;
        }

        return mistakes;
    }

    /// <summary>Asks the run to stop. Answers that are paid for stay; a run that has ended stays as it is.</summary>
    public async Task CancelAsync(string runId, CancellationToken ct)
    {
        current.Require(Permission.RunModels);
        var run = await GetAsync(runId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = Now;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var asked = await db.CandidateRuns
            .Where(r => r.Id == runId && (r.State == RunState.Queued || r.State == RunState.Running) && r.CancelRequestedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.CancelRequestedAt, now).SetProperty(r => r.NextAttemptAt, (DateTime?)null), ct);
        if (asked > 0)
        {
            var name = await db.Candidates.Where(c => c.Id == run.CandidateId).Select(c => c.Name).SingleAsync(ct);
            db.Audit("run.cancelled", new AuditTarget("run", run.Id, name, run.ProjectId));
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        Enqueue(run);
    }

    private void Enqueue(CandidateRun run) =>
        jobs.Enqueue<CandidateRunWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));

    private async Task<(TokenPrices Prices, Quote Quote)> QuoteAsync(
        string modelId, RecipeContent recipe, DatasetVersion version, int total, CancellationToken ct)
    {
        var model = await catalogue.GetAsync(modelId, ct);
        if (!model.IsOffered)
        {
            throw new PortalException($"{model.DisplayName} is retired and no longer answers. {model.StateReason}");
        }

        var prices = model.PricesAt(Now)
            ?? throw new PortalException($"{model.DisplayName} has no price in the catalogue, so nobody could say what this would cost. Ask an admin of the platform to enter one.");
        return (prices, RunQuote.Of(prices, recipe, await rows.MeasureAsync(version, total, ct)));
    }

    private async Task<CandidateRun> SaveOrFindAsync(PortalDbContext db, CandidateRun run, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
            return run;
        }
        catch (DbUpdateException taken)
        {
            // Somebody started the same at the same moment and has this attempt's number: theirs is the run.
            await using var other = await dbs.CreateDbContextAsync(ct);
            return await other.CandidateRuns.AsNoTracking().SingleOrDefaultAsync(
                r => r.CandidateId == run.CandidateId && r.VersionId == run.VersionId && r.Split == run.Split && r.Attempt == run.Attempt, ct)
                ?? throw new PortalException("The run could not be started. Nothing was spent; try again.", taken);
        }
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;
}
