using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>One prompt on one model: how it would ask, what that would cost, and whether it has been measured already.</summary>
public sealed record BaselineItem(CatalogueModel Model, Rung Rung, RecipeContent Recipe, Quote? Quote, bool IsMeasured);

/// <summary>All that can be measured on a version's validation rows before anything is tuned.</summary>
public sealed record BaselinePlan(DatasetVersion Version, int Rows, IReadOnlyList<BaselineItem> Items)
{
    /// <summary>Only what has not been measured costs.</summary>
    public Quote QuoteFor(IReadOnlySet<string> modelIds)
    {
        var open = OpenFor(modelIds).Select(i => i.Quote).OfType<Quote>().ToList();
        return new Quote(open.Sum(q => q.LikelyMicros), open.Sum(q => q.WorstMicros));
    }

    public IEnumerable<BaselineItem> OpenFor(IReadOnlySet<string> modelIds) => Items.Where(i => modelIds.Contains(i.Model.Id) && !i.IsMeasured);
}

/// <summary>The cheap rungs: the same task asked by a plain prompt and with examples, on each model that is wanted.</summary>
public sealed class BaselineService(
    IDbContextFactory<PortalDbContext> dbs, ProjectService projects, ExampleService examples, CatalogueService catalogue,
    CandidateService candidates, CandidateRunService runs, RunRows rows, CurrentMember current, TimeProvider time)
{
    public const int DefaultRows = 1_000;

    private const int TrainingPage = 500;

    /// <summary>One model of each tier, the newest that can be tuned where there is one.</summary>
    public static IEnumerable<string> DefaultModels(IEnumerable<CatalogueModel> models) => models
        .Where(m => m.IsOffered && m.Prices.Any(p => p.Meter is Meter.InputTokens))
        .GroupBy(m => m.Tier).Select(tier => tier.OrderByDescending(m => m.IsTunable).ThenByDescending(m => m.Id, StringComparer.Ordinal).First().Id);

    /// <summary>Null while no version is frozen.</summary>
    public async Task<BaselinePlan?> PlanAsync(string projectId, int maxRows, CancellationToken ct)
    {
        current.Require(Permission.RunModels);
        var (_, task) = await projects.GetAsync(projectId, ct);
        if (await examples.LatestVersionAsync(projectId, ct) is not { } version)
        {
            return null;
        }

        var shots = await ShotsAsync(task, version, ct);
        var size = await rows.MeasureAsync(version, Math.Min(maxRows, version.ValidationCount), ct);
        var measured = await MeasuredAsync(version, size.Rows, task.Metric, ct);
        var items = new List<BaselineItem>();
        foreach (var model in (await catalogue.ListAsync(ct)).Where(m => m.IsOffered))
        {
            items.AddRange(Recipes(task, shots, model).Select(r => new BaselineItem(
                model, r.Rung, r.Content,
                model.PricesAt(time.GetUtcNow().UtcDateTime) is { } prices ? RunQuote.Of(prices, r.Content, size) : null,
                measured.Contains(CandidateService.KeyOf(version.Id, model.Id, r.Rung, r.Content)))));
        }

        return new BaselinePlan(version, size.Rows, items);
    }

    /// <summary>Starts what has not been measured yet; what has, is not paid for twice.</summary>
    public async Task<IReadOnlyList<CandidateRun>> StartAsync(string projectId, IReadOnlyCollection<string> modelIds, int maxRows, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        if (!task.IsComplete)
        {
            throw new PortalException($"The task still misses {string.Join(" and ", task.Missing)}. Finish step 1 first: without it no score means anything.");
        }

        var plan = await PlanAsync(projectId, maxRows, ct)
            ?? throw new PortalException("No version of the data is frozen yet. Freeze one in step 2, then run the baselines.");
        var wanted = plan.Items.Where(i => modelIds.Contains(i.Model.Id)).ToList();
        if (modelIds.Except(wanted.Select(i => i.Model.Id)).FirstOrDefault() is { } unknown)
        {
            throw new PortalException($"The model {unknown} is not offered. Pick another one.");
        }

        if (wanted.FirstOrDefault(i => i.Quote is null) is { } priceless)
        {
            throw new PortalException($"{priceless.Model.DisplayName} has no price in the catalogue, so nobody could say what this would cost. Leave it out, or ask an admin of the platform to enter one.");
        }

        var started = new List<CandidateRun>();
        foreach (var candidate in await AddCandidatesAsync(projectId, plan.Version.Id, wanted, ct))
        {
            started.Add(await runs.StartAsync(candidate.Id, plan.Version.Id, Split.Validation, UsageSource.Baseline, maxRows, ct));
        }

        return started;
    }

    private static IEnumerable<(Rung Rung, RecipeContent Content)> Recipes(TaskDefinition task, IReadOnlyList<Shot> shots, CatalogueModel model)
    {
        yield return (Rung.Prompt, Prompting.PromptOnly(task, model));
        if (shots.Count > 0)
        {
            yield return (Rung.FewShot, Prompting.FewShot(task, shots, model));
        }
    }

    private async Task<List<Candidate>> AddCandidatesAsync(string projectId, string versionId, List<BaselineItem> items, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var added = new List<Candidate>();
        foreach (var item in items)
        {
            added.Add(await candidates.AddPromptAsync(db, projectId, versionId, item.Model, item.Rung, item.Recipe, ct));
        }

        db.Audit("baselines.started", new AuditTarget("project", projectId, "", projectId), string.Join(", ", added.Select(c => c.Name)));

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException meanwhile)
        {
            throw new PortalException("Somebody started the baselines at the same moment. Theirs are running; look again.", meanwhile);
        }

        return added;
    }

    private async Task<IReadOnlyList<Shot>> ShotsAsync(TaskDefinition task, DatasetVersion version, CancellationToken ct)
    {
        var picker = new ShotPicker(task);
        var after = 0;
        while (await examples.ReadAsync(version.Id, Split.Train, after, TrainingPage, ct) is { Count: > 0 } page)
        {
            foreach (var row in page)
            {
                picker.Offer(row);
            }

            after = page[^1].Number;
        }

        return picker.Pick();
    }

    /// <summary>Keys of the candidates that have, or are about to have, their answers to so many rows.</summary>
    private async Task<HashSet<string>> MeasuredAsync(DatasetVersion version, int total, MetricKind metric, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var all = from run in db.CandidateRuns.AsNoTracking()
                  join candidate in db.Candidates on run.CandidateId equals candidate.Id
                  where run.VersionId == version.Id && run.Split == Split.Validation
                  select new { Run = run, candidate.Key };
        return [.. (await all.ToListAsync(ct)).Where(r => r.Run.Answers(total, metric)).Select(r => r.Key)];
    }
}
