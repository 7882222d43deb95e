using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// Asks a candidate what a caller asked, and writes down how its answer compares. What it costs is held at the budgets before, metered under
/// a purpose of its own, and on record with the comparison or not at all.
/// </summary>
internal sealed class ShadowAsker(
    IDbContextFactory<PortalDbContext> dbs, ConnectService connect, CallHolds holds, BillingService billing, IOptions<DeployOptions> options, TimeProvider time, ILogger<ShadowAsker> logger)
{
    /// <summary>False where it was dropped: the run is over or stands still, or what it costs is not allowed for.</summary>
    public async Task<bool> AskAsync(ShadowCopy copy, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await FindAsync(db, copy, ct) is not { } asks)
        {
            return false;
        }

        var asked = AskedCall.Of(RecipeTurns.Apply(asks.Recipe.Content, copy.Asked));
        var worst = CallHolds.WorstOf(asks.Prices, asked);
        var shadowId = $"shd{copy.Live.ResponseId[3..]}";
        if (!await TryTakeAsync(db, asks.Run, worst, ct))
        {
            return false;
        }

        var (isAllowed, hold) = await HoldAsync(asks, db.TenantId, asked);
        if (!isAllowed)
        {
            await SettleAsync(db, asks, worst, 0, taken: 0);
            return false;
        }

        var started = time.GetTimestamp();
        var (usage, answer, status) = await CallAsync(asks.ModelName, asked, ct);
        await RecordAsync(db, asks, copy, worst, new Heard(shadowId, usage, answer, status, (int)time.GetElapsedTime(started).TotalMilliseconds, hold));
        return true;
    }

    private static async Task<Asks?> FindAsync(PortalDbContext db, ShadowCopy copy, CancellationToken ct)
    {
        var found = await (
            from run in db.ShadowRuns.AsNoTracking().OfServedTenants(db)
            where run.Id == copy.RunId && run.State == ShadowState.Running
            join endpoint in db.Endpoints on run.EndpointId equals endpoint.Id
            where endpoint.PausedAt == null
            join candidate in db.Candidates on run.CandidateId equals candidate.Id
            join recipe in db.Recipes on candidate.RecipeId equals recipe.Id
            join model in db.CatalogueModels on run.BaseModelId equals model.Id
            join task in db.TaskDefinitions on run.ProjectId equals task.ProjectId
            select new { run, candidate.ModelName, recipe, model, task }).AsNoTracking().SingleOrDefaultAsync(ct);
        return found is null || found.run.EndsAt <= db.Now || found.model.PricesAt(db.Now) is not { } prices
            ? null : new Asks(found.run, found.ModelName, found.recipe, prices, found.task, db.Now.Date);
    }

    /// <summary>
    /// Takes one of the run's calls, and its worst of the day's limit, in one statement: what is under way on any node counts at its worst, so
    /// neither is ever gone beyond. What a killed process took stays taken for that day.
    /// </summary>
    private static async Task<bool> TryTakeAsync(PortalDbContext db, ShadowRun run, long worst, CancellationToken ct)
    {
        var (id, today) = (run.Id, db.Now.Date);
        return await db.ShadowRuns.Where(r => r.Id == id && r.State == ShadowState.Running && r.Taken < r.Calls && (r.Day == today ? r.DayUsedMicros : 0) + worst <= r.DayMicros)
            .ExecuteUpdateAsync(set => set.SetProperty(r => r.Taken, r => r.Taken + 1).SetProperty(r => r.DayUsedMicros, r => (r.Day == today ? r.DayUsedMicros : 0) + worst).SetProperty(r => r.Day, today), ct) is 1;
    }

    /// <summary>The worst makes room for what it was.</summary>
    private static Task<int> SettleAsync(PortalDbContext db, Asks asks, long worst, long actual, int taken)
    {
        var (id, day, back) = (asks.Run.Id, asks.Day, 1 - taken);
        return db.ShadowRuns.Where(r => r.Id == id).ExecuteUpdateAsync(set => set
            .SetProperty(r => r.Taken, r => r.Taken - back)
            .SetProperty(r => r.DayUsedMicros, r => r.Day == day ? r.DayUsedMicros - worst + actual : r.DayUsedMicros), CancellationToken.None);
    }

    /// <summary>Nothing is held where there is no budget.</summary>
    private async Task<(bool IsAllowed, CallHold? Hold)> HoldAsync(Asks asks, string tenantId, AskedCall asked)
    {
        try
        {
            return (true, await holds.HoldAsync(new CallCost(asks.Run.ProjectId, null, asks.Prices), tenantId, asked));
        }
        catch (GatewayException)
        {
            return (false, null);
        }
    }

    private async Task<(CallUsage Usage, string Answer, int Status)> CallAsync(string modelName, AskedCall asked, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Value.CallLimit);
        try
        {
            var session = await connect.OpenAsync(limit.Token);
            var answer = await session.Vertex.GenerateContentOfJsonAsync(modelName, asked.Json, limit.Token);
            var usage = answer.UsageMetadata is { } told ? CallUsage.Of(told) : CallUsage.Estimate(told: null, asked.ToRequest(), answer.Candidates.Sum(c => CallUsage.BytesOf(c.Content)));
            return (usage, answer.Text, 200);
        }
        catch (Exception fault) when (fault is VertexException or OperationCanceledException or PortalException)
        {
            return (CallUsage.None, "", GatewayException.Of(fault).Code);
        }
    }

    /// <summary>Written even while the portal stops: the vendor has counted it.</summary>
    private async Task RecordAsync(PortalDbContext db, Asks asks, ShadowCopy copy, long worst, Heard heard)
    {
        var (run, live) = (asks.Run, copy.Live);
        var isComparable = heard.Status is 200 && live.Words is not null;
        var fields = isComparable ? AnswerFields.Compare(live.Words?.Answer ?? "", heard.Answer) : default;
        var call = new ShadowCall
        {
            ProjectId = run.ProjectId, ShadowRunId = run.Id, ResponseId = live.ResponseId, Status = heard.Status, Milliseconds = heard.Milliseconds, LiveMilliseconds = live.Milliseconds,
            AmountMicros = Quote.Price(heard.Usage.Input, asks.Prices.Input) + Quote.Price(heard.Usage.Output, asks.Prices.Output), LiveAmountMicros = live.AmountMicros,
            Agrees = isComparable && asks.Task.Kind is (TaskKind.Classify or TaskKind.Extract) ? AnswerScore.IsCorrect(asks.Task, live.Words?.Answer ?? "", heard.Answer) : null,
            Fields = fields.All, SameFields = fields.Same, At = time.GetUtcNow().UtcDateTime,
        };
        var facts = new[] { (Meter.InputTokens, heard.Usage.Input, asks.Prices.Input), (Meter.OutputTokens, heard.Usage.Output, asks.Prices.Output) }.Select(used =>
            new UsageFact(run.ProjectId, used.Item1, UsageSource.Shadow, used.Item2, used.Item3, run.Id, $"{heard.Id}:{used.Item1}") { IsEstimated = heard.Usage.IsEstimated, ByUserId = run.StartedByUserId });
        await using (var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None))
        {
            db.ShadowCalls.Add(call);
            await db.SaveChangesAsync(CancellationToken.None);
            await billing.RecordCallsAsync(db, facts, heard.Hold is { } hold ? [hold] : [], CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
        }

        await SettleAsync(db, asks, worst, call.AmountMicros, taken: 1);
        // Those on record are counted once all are taken, and not after each.
        if (await db.ShadowRuns.AnyAsync(r => r.Id == run.Id && r.Taken >= r.Calls) && await db.ShadowCalls.CountAsync(c => c.ShadowRunId == run.Id) >= run.Calls)
        {
            await ShadowMoves.EndAsync(db, run.Id, $"It has been asked {run.Calls} calls.", CancellationToken.None);
            logger.LogInformation("Shadow run {Run} has had its calls", run.Id);
        }
    }

    private sealed record Asks(ShadowRun Run, string ModelName, Recipe Recipe, TokenPrices Prices, TaskDefinition Task, DateTime Day);

    private sealed record Heard(string Id, CallUsage Usage, string Answer, int Status, int Milliseconds, CallHold? Hold);
}
