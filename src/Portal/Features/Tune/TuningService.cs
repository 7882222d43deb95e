using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>Everything the screen shows of one job's curves.</summary>
public sealed record TuningCurves(IReadOnlyDictionary<CurveKind, IReadOnlyList<CurvePoint>> Points)
{
    public IReadOnlyList<CurvePoint> Of(CurveKind kind) => Points.GetValueOrDefault(kind) ?? [];

    public Overfitting? Overfitting => Overfitting.Find(Of(CurveKind.TrainLoss), Of(CurveKind.ValidationLoss));
}

/// <param name="Erased">Rows it trained on that were erased since; null for none.</param>
public sealed record TuningRow(
    string Id, TuningJobState State, DateTime CreatedAt, string BaseModelName, int VersionNumber, string StartedByName, Hyperparameters Settings, long ChargedMicros, ErasedTraining? Erased = null);

public sealed class TuningService(
    IDbContextFactory<PortalDbContext> dbs,
    ProjectService projects,
    ExampleService examples,
    MediaService media,
    ChoiceService choices,
    CatalogueService catalogue,
    ConnectService connect,
    TokenCounter counter,
    CandidateService candidates,
    BillingService billing,
    CurrentMember current,
    IBackgroundJobClient jobs,
    TimeProvider time)
{
    public const int HistoryLength = 25;

    private const int CancelAttempts = 5;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public bool MayStart => current.May(Permission.Tune);

    public async Task<TuningPlan> PlanAsync(string projectId, CancellationToken ct)
    {
        var project = await projects.GetAsync(projectId, ct);
        var version = await examples.LatestVersionAsync(projectId, ct);
        var choice = await choices.FindAsync(projectId, ct);
        var model = choice is null ? null : await catalogue.GetAsync(choice.BaseModelId, ct);
        return new TuningPlan(project, version, choice, model, connect.IsSandbox)
        {
            At = Now, Location = model?.TuningLocationNear(connect.Location) ?? "", Media = version is null ? [] : await media.KindsAsync(version.Id, ct),
        };
    }

    /// <summary>The settings of the playbook that the project began with; null where there are none, or its model takes none such.</summary>
    public async Task<Hyperparameters?> StartedWithAsync(string projectId, CancellationToken ct)
    {
        var settings = TuningPart.Parse((await projects.StartOfAsync(projectId, ct))?.Settings.GetValueOrDefault(TuningPart.StoredAs));
        return settings is null || await choices.FindAsync(projectId, ct) is not { } choice ? null : settings.Within(await catalogue.GetAsync(choice.BaseModelId, ct));
    }

    /// <summary>The settings of the last tuning as far as the chosen model takes them; without one, those that the project began with, or the model's own.</summary>
    public async Task<Hyperparameters> LastSettingsAsync(TuningPlan plan, CancellationToken ct)
    {
        var projectId = plan.Project.Project.Id;
        var model = plan.Model;
        var last = await FindLatestAsync(projectId, ct);
        return last is not null && model is not null ? new Hyperparameters(last.EpochCount, last.LearningRateMultiplier, last.AdapterSize).Within(model)
            : await StartedWithAsync(projectId, ct) ?? new Hyperparameters(null, null, model?.DefaultAdapterSize ?? 0);
    }

    /// <summary>What these settings cost. Throws a <see cref="PortalException"/> naming what is in the way.</summary>
    public async Task<TuningQuote> QuoteAsync(TuningPlan plan, Hyperparameters settings, CancellationToken ct)
    {
        if (plan is not { Blockers.Count: 0, Version: { } version, Model: { } model, PricePerMillion: { } price })
        {
            throw new PortalException(string.Join(" ", plan.Blockers));
        }

        settings.RequireLegal(model);
        var forecast = await counter.ForecastAsync(version, model.Id, Recipe.ShortInstruction(plan.Project.Task), ct);
        return TuningQuote.For(forecast, settings.Epochs, version.TrainCount, Hyperparameters.MostEpochs(model), price);
    }

    /// <summary>Starts the project's tuning job. Where one is open already, by a second click or in another tab, it is that one that comes back.</summary>
    public async Task<TuningJob> StartAsync(string projectId, TuningSettings settings, CancellationToken ct)
    {
        current.Require(Permission.Tune);
        if (await FindOpenAsync(projectId, ct) is { } open)
        {
            return open;
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var job = await AddAsync(db, projectId, settings, new TuningStarter(current.UserId, current.UserName), ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The unique slot let only one through; anything else that failed is not ours to hide.
            if (await FindOpenAsync(projectId, ct) is { } first)
            {
                return first;
            }

            throw;
        }

        Wake(job);
        return job;
    }

    /// <summary>Adds a started job, its hold and its entry in the log to the caller's save; it is woken after that, or found by the sweep.</summary>
    internal async Task<TuningJob> AddAsync(PortalDbContext db, string projectId, TuningSettings settings, TuningStarter by, CancellationToken ct)
    {
        var plan = await PlanAsync(projectId, ct);
        if (plan.IsUnnecessary && !settings.TuneAnyway)
        {
            throw new PortalException("Your prompt is proven good enough without tuning. To tune all the same, switch on \"Tune anyway\".");
        }

        var quote = await QuoteAsync(plan, settings.Hyperparameters, ct);
        if (settings.AgreedWorstMicros is { } agreed && quote.Price.WorstMicros > agreed)
        {
            throw new PortalException("The price has risen since this page was opened, so nothing was started. Look at the new quote, then start again.");
        }

        var job = Draft(plan, settings.Hyperparameters, by);
        db.TuningJobs.Add(job);
        job.Price(quote, Now);
        job.Start(Now);
        billing.Reserve(db, projectId, job.Id, quote.Price);
        db.Audit("tuning.started", TargetOf(job), $"{job.BaseModelName}, version {job.VersionNumber}, at most {quote.Price.WorstMicros / 1e6:0.00} {quote.Price.Currency}{by.Because}");
        return job;
    }

    /// <summary>Asks for the end. What was trained until Google confirms it is charged.</summary>
    public async Task CancelAsync(string jobId, CancellationToken ct)
    {
        current.Require(Permission.Tune);
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var job = await db.TuningJobs.SingleOrDefaultAsync(j => j.Id == jobId, ct) ?? throw new NotFoundException("tuning job");
            if (job.IsEnded || job.State is TuningJobState.Cancelling)
            {
                return;
            }

            db.Audit("tuning.cancelled", TargetOf(job));
            if (job.Cancel(Now))
            {
                await billing.EndReservationAsync(db, job.Id, ReservationState.Released, ct);
            }

            try
            {
                await db.SaveChangesAsync(ct);
                if (!job.IsEnded)
                {
                    Wake(job);
                }

                return;
            }
            catch (DbUpdateConcurrencyException) when (attempt < CancelAttempts)
            {
                // The worker saved its move first; the wish stands.
            }
        }
    }

    /// <summary>Makes another checkpoint a candidate, to be evaluated beside the proposed one. Doing it again changes nothing.</summary>
    public async Task<Candidate> RegisterCheckpointAsync(string checkpointId, CancellationToken ct)
    {
        current.Require(Permission.Tune);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var checkpoint = await db.Checkpoints.SingleOrDefaultAsync(c => c.Id == checkpointId, ct) ?? throw new NotFoundException("checkpoint");
        if (checkpoint.CandidateId is { } known)
        {
            return (await candidates.GetAsync(known, ct)).Candidate;
        }

        if (checkpoint.Endpoint is "")
        {
            throw new PortalException("Google made no endpoint for this checkpoint, so it cannot be asked. Take another one.");
        }

        var job = await db.TuningJobs.AsNoTracking().SingleAsync(j => j.Id == checkpoint.JobId, ct);
        var candidate = await candidates.RegisterTunedAsync(db, TuningResult.RegistrationOf(job, checkpoint, checkpoint.Id), ct);
        checkpoint.Registered(candidate.Id);
        db.Audit("checkpoint.registered", new AuditTarget("candidate", candidate.Id, candidate.Name, job.ProjectId));
        await db.SaveChangesAsync(ct);
        return candidate;
    }

    /// <summary>The project's newest job, open or ended; null where nothing was ever started.</summary>
    public async Task<TuningJob?> FindLatestAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.TuningJobs.AsNoTracking().Where(j => j.ProjectId == projectId).OrderByDescending(j => j.CreatedAt).FirstOrDefaultAsync(ct);
    }

    public async Task<TuningCurves> CurvesAsync(string jobId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var points = await db.MetricPoints.AsNoTracking().Where(p => p.JobId == jobId).OrderBy(p => p.Step)
            .Select(p => new { p.Curve, p.Step, p.Value }).ToListAsync(ct);
        return new TuningCurves(points.GroupBy(p => p.Curve)
            .ToDictionary(g => g.Key, g => (IReadOnlyList<CurvePoint>)[.. g.Select(p => new CurvePoint(p.Step, p.Value))]));
    }

    public async Task<IReadOnlyList<Checkpoint>> CheckpointsAsync(string jobId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Checkpoints.AsNoTracking().Where(c => c.JobId == jobId).OrderBy(c => c.Step).ToListAsync(ct);
    }

    /// <summary>The newest jobs, with what each was charged.</summary>
    public async Task<IReadOnlyList<TuningRow>> HistoryAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var past = await db.TuningJobs.AsNoTracking().Where(j => j.ProjectId == projectId).OrderByDescending(j => j.CreatedAt).Take(HistoryLength)
            .Select(j => new { j.Id, j.State, j.CreatedAt, j.BaseModelName, j.VersionNumber, j.StartedByName, j.EpochCount, j.LearningRateMultiplier, j.AdapterSize, j.VersionId, IsOrdered = j.OrderedAt != null })
            .ToListAsync(ct);
        var ids = past.Select(j => j.Id).ToList();
        var charged = await db.UsageEvents.AsNoTracking().Where(u => ids.Contains(u.SubjectId))
            .GroupBy(u => u.SubjectId).Select(g => new { g.Key, Amount = g.Sum(u => u.AmountMicros) }).ToDictionaryAsync(g => g.Key, g => g.Amount, ct);
        var elsewhere = await db.ImportedUsages.AsNoTracking().Where(u => ids.Contains(u.SubjectId))
            .GroupBy(u => u.SubjectId).Select(g => new { g.Key, Amount = g.Sum(u => u.AmountMicros) }).ToDictionaryAsync(g => g.Key, g => g.Amount, ct);
        var erased = await examples.ErasedTrainingAsync(projectId, ct);
        return [.. past.Select(j => new TuningRow(
            j.Id, j.State, j.CreatedAt, j.BaseModelName, j.VersionNumber, j.StartedByName,
            new Hyperparameters(j.EpochCount, j.LearningRateMultiplier, j.AdapterSize), charged.GetValueOrDefault(j.Id) + elsewhere.GetValueOrDefault(j.Id),
            j.IsOrdered ? erased.GetValueOrDefault(j.VersionId) : null))];
    }

    private async Task<TuningJob?> FindOpenAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.TuningJobs.AsNoTracking().SingleOrDefaultAsync(j => j.Slot == projectId, ct);
    }

    private TuningJob Draft(TuningPlan plan, Hyperparameters settings, TuningStarter by)
    {
        // A quote, and so a plan without blockers, comes before any draft.
        var (version, model) = (plan.Version!, plan.Model!);
        return new TuningJob
        {
            ProjectId = plan.Project.Project.Id,
            VersionId = version.Id,
            VersionNumber = version.Number,
            TrainRows = version.TrainCount,
            ValidationRows = TrainingFile.ValidationRowsOf(version),
            BaseModelId = model.Id,
            BaseModelName = model.DisplayName,
            Location = plan.Location,
            Instruction = Recipe.ShortInstruction(plan.Project.Task),
            EpochCount = settings.Epochs,
            LearningRateMultiplier = settings.LearningRateMultiplier,
            AdapterSize = settings.AdapterSize,
            CreatedAt = Now,
            StartedByName = by.Name,
            StartedByUserId = by.UserId,
        };
    }

    internal static AuditTarget TargetOf(TuningJob job) => new("tuning job", job.Id, job.BaseModelName, job.ProjectId);

    internal void Wake(TuningJob job) => jobs.Enqueue<TuningWorker>(worker => worker.StepAsync(job.TenantId, job.Id, CancellationToken.None));
}
