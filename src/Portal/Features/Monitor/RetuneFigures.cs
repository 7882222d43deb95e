using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What a re-tune on the next version's rows would train on and cost; a problem where no price can be worked out.</summary>
internal sealed record RetuneQuote(int TrainRows, long LikelyTokens, long LikelyMicros, long WorstMicros, string Problem);

/// <summary>The figures that a live tuned model is judged by, and what tuning it again would cost.</summary>
public sealed class RetuneFigures(MonitorService monitor, TuningService tuning, IOptions<RetuneOptions> options)
{
    private static readonly MonitorRange s_range = MonitorRange.Named("30d");

    /// <summary>Null where what is live was not tuned: there is nothing to tune again.</summary>
    internal async Task<IReadOnlyList<RetuneSignal>?> ReadAsync(PortalDbContext db, Deployment live, CancellationToken ct)
    {
        var candidate = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId, ct);
        if (candidate.Rung is not Rung.Tuned)
        {
            return null;
        }

        var view = await monitor.ReadAsync(live.ProjectId, new MonitorScope(s_range, live.Id), ct);
        List<RetuneSignal> signals = [await WrongAsync(db, live, ct)];
        signals.AddRange(view.Baseline is { } baseline ? Measures.Drifts(baseline.Mix, view.Total).Select(d => DriftOf(d.Name, d.Drift)) : []);
        signals.Add(await NewRowsAsync(db, live.ProjectId, candidate.VersionId, options.Value.NewRows, ct));
        return signals;
    }

    /// <summary>By the price of the newest version's tokens, for as many rows as take part now, with the settings of the last tuning.</summary>
    internal async Task<RetuneQuote> QuoteAsync(PortalDbContext db, string projectId, CancellationToken ct)
    {
        try
        {
            var plan = await tuning.PlanAsync(projectId, ct);
            var quote = await tuning.QuoteAsync(plan, await tuning.LastSettingsAsync(plan, ct), ct);
            var version = plan.Version;
            var working = await (from dataset in db.Datasets where dataset.ProjectId == projectId join import in db.DatasetImports on dataset.WorkingImportId equals import.Id select (int?)import.AcceptedCount).SingleOrDefaultAsync(ct);
            var growth = version is { Count: > 0 } ? Math.Max(1, (working ?? 0) / (double)version.Count) : 1;
            var next = quote with { Forecast = quote.Forecast with { LikelyTokens = (long)Math.Ceiling(quote.Forecast.LikelyTokens * growth), WorstTokens = (long)Math.Ceiling(quote.Forecast.WorstTokens * growth) } };
            return new RetuneQuote((int)Math.Round((version?.TrainCount ?? 0) * growth), next.LikelyTokens, next.Price.LikelyMicros, next.Price.WorstMicros, "");
        }
        catch (PortalException blocked)
        {
            return new RetuneQuote(0, 0, 0, 0, blocked.Message.Length <= 1_000 ? blocked.Message : blocked.Message[..1_000]);
        }
    }

    private async Task<RetuneSignal> WrongAsync(PortalDbContext db, Deployment live, CancellationToken ct)
    {
        var from = db.Now - s_range.Span;
        var said = db.AnswerFeedback.Where(f => f.DeploymentId == live.Id && f.Source == Billing.UsageSource.Endpoint && f.AnsweredAt >= from);
        var wrong = await said.LongCountAsync(AnswerFeedback.IsWrong, ct);
        var rated = await said.LongCountAsync(f => f.Thumb != Thumb.None || f.Score != null || f.Correction != "", ct);
        var share = Figure.Rate(wrong, rated) ?? new Figure(0, 0, 1, 0);
        return new RetuneSignal(RetuneMeasure.WrongAnswers, "", share.Value, share.Low, share.High, rated, options.Value.WrongShare, options.Value.FewestRated);
    }

    private RetuneSignal DriftOf(string mix, Drift drift) => new(
        RetuneMeasure.Drift, mix, drift.Index, drift.CertainLow, drift.High, Math.Min(drift.Now, drift.Before), options.Value.Drift,
        Math.Min(options.Value.FewestCalls, Math.Max(drift.Before, StabilityIndex.FewestCalls)));

    /// <summary>Rows from traffic that a model of this version has not learnt.</summary>
    internal static async Task<RetuneSignal> NewRowsAsync(PortalDbContext db, string projectId, string? versionId, long limit, CancellationToken ct)
    {
        var since = await db.DatasetVersions.Where(v => v.Id == versionId).Select(v => (DateTime?)v.StartedAt).SingleOrDefaultAsync(ct) ?? DateTime.UnixEpoch;
        var rows = await db.TrafficDrafts.LongCountAsync(d => d.ProjectId == projectId && d.State == TrafficState.Added && d.AddedAt > since, ct);
        return new RetuneSignal(RetuneMeasure.NewRows, "", rows, rows, rows, rows, limit, 0);
    }
}
