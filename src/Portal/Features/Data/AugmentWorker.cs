using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Data;

/// <summary>
/// One call of an augmentation. It is on record before it leaves; its rows, its tokens and its money are saved together. Whoever finds one on
/// record without an answer charges it by an estimate and does not repeat it, so a killed process costs some rows and hides no cost.
/// </summary>
public sealed class AugmentWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, ConnectService connect, ProjectService projects, IRowWriters writers, BillingService billing,
    StandingRight right, IBackgroundJobClient jobs, TimeProvider time, ILogger<AugmentWorker> logger)
{
    /// <summary>Longer than any call with its retries.</summary>
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(6);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string augmentationId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (await TakeAsync(augmentationId, ct) is not { } taken)
        {
            return;
        }

        try
        {
            await StepAsync(taken, ct);
        }
        catch (PortalException expected)
        {
            await SaveAsync(taken, (run, db) => Stop(run, db, expected), ct);
        }
        catch (Exception lost) when (lost is DbUpdateConcurrencyException or LeaseLostException)
        {
            logger.LogWarning(lost, "Augmentation {AugmentationId} was taken over during a step", augmentationId);
        }
        catch (Exception bug) when (bug is not OperationCanceledException)
        {
            logger.LogError(bug, "A step of augmentation {AugmentationId} failed", augmentationId);
            await SaveAsync(taken, (run, db) => Interrupt(run, db), ct);
        }
        finally
        {
            await dbs.GiveBackAsync<Augmentation>(taken.Id, taken.LeaseToken);
        }
    }

    private async Task StepAsync(Augmentation run, CancellationToken ct)
    {
        if (run.AskedAt is not null)
        {
            await SaveAsync(run, (open, db) => Charge(open, db), ct);
        }
        else if (run.CancelRequestedAt is not null)
        {
            await SaveAsync(run, (open, _) => open.Cancel(Now), ct);
        }
        else if (run.CallsDone >= run.Calls)
        {
            await SaveAsync(run, (open, _) => open.Succeed(Now), ct);
        }
        else if (run.SpentMicros > 0 && run.SpentMicros >= run.ReservedMicros)
        {
            throw new PortalException("The amount held for these rows is used up: the answers were longer than the quote's worst. The rows so far are kept; start it again for the rest.");
        }
        else
        {
            if (run.IsUntouched)
            {
                await right.RequireAsync(run.StartedByUserId, Permission.ChangeData, run.ProjectId, ct);
                await right.RequireAsync(run.StartedByUserId, Permission.RunModels, run.ProjectId, ct);
            }

            await AskAsync(run, ct);
        }
    }

    private async Task AskAsync(Augmentation run, CancellationToken ct)
    {
        var (_, card) = await projects.GetAsync(run.ProjectId, ct);
        var writer = (await writers.ListAsync(run.ProjectId, ct)).FirstOrDefault(w => w.Id == run.WriterId)
            ?? throw new PortalException($"{run.WriterName} no longer answers. The rows so far are kept; start again with another model.");
        var session = await connect.OpenAsync(ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var task = new AugmentTask(card.Instruction, run.Label, await RowService.LabelsOfAsync(db, run.ImportId, card, ct), run.Slice, run.Wish);
        var version = await db.DatasetVersions.AsNoTracking().SingleAsync(v => v.Id == run.VersionId, ct);
        var shown = await new AugmentRows(db, version).DrawAsync(run.Label, run.Slice, run.Seed + run.CallsDone, ct);
        if (shown.Count is 0)
        {
            throw new PortalException("The training rows that it was to learn the manner from are gone, or take no part any more. The rows so far are kept.");
        }

        var (prompt, rows) = (AugmentPrompt.Of(task, run.NextRows, [.. shown.Select(s => s.Row)]), run.NextRows);
        await RecordAsync(run, prompt, shown, ct);
        VertexGenerateContentResponse answer;
        try
        {
            answer = await session.Vertex.GenerateContentAsync(run.ModelName, AugmentPrompt.Request(
                prompt, task, rows, new AugmentSettings(run.Temperature, run.Seed + run.CallsDone, run.MaxOutputTokens, writer.ThinkingLevel, writer.ThinkingBudget)), ct);
        }
        catch (VertexException refused)
        {
            await SaveAsync(run, (open, _) => Refused(open, refused, session.IsSandbox ? "The sandbox" : "Google"), ct);
            return;
        }

        var found = await new DraftChecks(db, run, task).CheckAsync(AugmentPrompt.Read(answer.Text, rows), rows, ct);
        await SaveAsync(run, (open, saved) => Take(open, saved, answer.UsageMetadata ?? new VertexUsageMetadata(), found, shown), ct);
    }

    private async Task RecordAsync(Augmentation run, string prompt, IReadOnlyList<(int Number, WrittenRow Row)> shown, CancellationToken ct)
    {
        var bytes = System.Text.Encoding.UTF8.GetByteCount(prompt);
        var row = shown.Average(s => (double)(s.Row.Input.Length + s.Row.Output.Length)) / 4;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var open = await OpenAsync(db, run, ct);
        open.Ask((bytes + 3) / 4, Math.Min(run.MaxOutputTokens, (long)Math.Ceiling(run.NextRows * (row + 16))), Now);
        await db.SaveChangesAsync(ct);
    }

    private void Take(Augmentation run, PortalDbContext db, VertexUsageMetadata usage, CheckedRows found, IReadOnlyList<(int Number, WrittenRow Row)> shown)
    {
        var seeds = string.Join(',', shown.Select(s => s.Number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        db.SyntheticDrafts.AddRange(found.New.Select((row, i) => SyntheticDraft.Of(run.Id, (run.CallsDone * Augmentation.RowsPerCall) + i + 1, row, seeds)));
        var tokens = new CallTokens(usage.PromptTokenCount, usage.CandidatesTokenCount + usage.ThoughtsTokenCount);
        run.Answered(found.Counts, tokens, Bill(run, db, tokens, isEstimated: false), Now);
        if (run.CallsDone >= run.Calls)
        {
            run.Succeed(Now);
        }
    }

    /// <summary>Charges the call whose answer was lost.</summary>
    private void Charge(Augmentation run, PortalDbContext db)
    {
        if (run.AskedAt is not null)
        {
            var tokens = new CallTokens(run.AskedInputTokens, run.AskedOutputTokens);
            run.Lost(tokens, Bill(run, db, tokens, isEstimated: true), Now);
        }
    }

    private long Bill(Augmentation run, PortalDbContext db, CallTokens tokens, bool isEstimated)
    {
        var key = $"augmentation:{run.Id}:{run.CallsDone}";
        Record(Meter.InputTokens, tokens.Input, run.InputPricePerMillion, "input");
        Record(Meter.OutputTokens, tokens.Output, run.OutputPricePerMillion, "output");
        return Quote.Price(tokens.Input, run.InputPricePerMillion) + Quote.Price(tokens.Output, run.OutputPricePerMillion);

        void Record(Meter meter, long quantity, long price, string part) => billing.Record(db, new UsageFact(run.ProjectId, meter, UsageSource.Augmentation, quantity, price, run.Id, $"{key}:{part}")
        {
            IsEstimated = isEstimated, ByUserId = run.StartedByUserId,
        });
    }

    private void Refused(Augmentation run, VertexException refused, string vendor)
    {
        if (refused.IsTransient)
        {
            var delay = refused.RetryAfter ?? TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Clamp(run.FruitlessSteps, 1, 6)));
            run.Wait(Now + delay, refused.HttpStatus is 0 ? $"{vendor} does not answer" : $"{vendor} answers {refused.HttpStatus}", $"{refused.Status}: {refused.Message}", Now);
            return;
        }

        run.Fail($"{vendor} refused: {refused.HttpStatus} {refused.Status}. See the details for the reason, then check the connection.", refused.Message, Now);
    }

    private void Stop(Augmentation run, PortalDbContext db, PortalException why)
    {
        Charge(run, db);
        run.Fail(why.Message, why.Details ?? "", Now);
        if (why is RightGoneException)
        {
            db.Audit(StandingRight.Action, run.AsTarget(), why.Message, AuditOutcome.Denied);
        }
    }

    private void Interrupt(Augmentation run, PortalDbContext db)
    {
        Charge(run, db);
        run.Wait(Now.AddSeconds(1 << Math.Clamp(run.FruitlessSteps, 1, 6)), "A fault of the portal interrupted it", "", Now);
    }

    /// <summary>Only whoever still holds the lease saves; what is over gives back what is held for it.</summary>
    private async Task SaveAsync(Augmentation taken, Action<Augmentation, PortalDbContext> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var run = await OpenAsync(db, taken, ct);
        change(run, db);
        if (!run.IsActive)
        {
            await billing.EndReservationAsync(db, run.Id, run.SpentMicros > 0 ? ReservationState.Settled : ReservationState.Released, ct);
            logger.LogInformation("Augmentation {AugmentationId} {State}: {New} new of {Asked}", run.Id, run.State, run.Counts.New, run.Asked);
        }

        await db.SaveChangesAsync(ct);
        if (run is { IsActive: true, NextAttemptAt: { } later })
        {
            jobs.Schedule<AugmentWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None), later);
        }
        else if (run.IsActive)
        {
            jobs.Enqueue<AugmentWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));
        }
    }

    private static async Task<Augmentation> OpenAsync(PortalDbContext db, Augmentation taken, CancellationToken ct)
    {
        var run = await db.Augmentations.SingleAsync(a => a.Id == taken.Id, ct);
        LeaseLostException.ThrowUnless(run.LeaseToken == taken.LeaseToken);
        return run;
    }

    private async Task<Augmentation?> TakeAsync(string augmentationId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var due = Now + Lease.Early;
        var token = await db.Augmentations.OfServedTenants(db)
            .Where(a => a.Id == augmentationId && (a.State == AugmentationState.Queued || a.State == AugmentationState.Running) && (a.NextAttemptAt == null || a.NextAttemptAt <= due))
            .TakeAsync(Now, s_lease, set => set.SetProperty(a => a.State, AugmentationState.Running), ct);
        return token is null ? null : await db.Augmentations.AsNoTracking().SingleOrDefaultAsync(a => a.Id == augmentationId && a.LeaseToken == token, ct);
    }
}
