using System.Security.Cryptography;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What somebody asks a model to write.</summary>
/// <param name="AgreedWorstMicros">The worst that stood beside the button: a dearer quote is refused. Null agrees to any.</param>
public sealed record AugmentOrder(string VersionId, string WriterId, int Rows, string Label = "", string Slice = "", string Wish = "", long? AgreedWorstMicros = null);

/// <summary>What there is to choose from.</summary>
/// <param name="Versions">Frozen versions of the rows worked on, the newest first.</param>
/// <param name="Labels">Of the version, those with few training rows first; empty where outputs are free.</param>
public sealed record AugmentChoices(
    IReadOnlyList<DatasetVersion> Versions, DatasetVersion? Version, IReadOnlyList<AugmentTarget> Labels, IReadOnlyList<AugmentTarget> Slices, int AllRows, IReadOnlyList<RowWriter> Writers);

/// <summary>It may cost more by now than was agreed to. Nothing was started.</summary>
public sealed class DearerException(long worstMicros) : PortalException("The price has changed since it was shown. Nothing was started; look at the new one and start again.")
{
    public long WorstMicros { get; } = worstMicros;
}

/// <summary>A run with what was decided about its rows.</summary>
public sealed record AugmentationRow(Augmentation Run, int VersionNumber, int Open, int Accepted, int Rejected);

/// <summary>Lets a model of the project write rows: what there is to choose, what it would cost, and the runs.</summary>
public sealed class AugmentService(
    IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, ExampleService examples, IRowWriters writers, BillingService billing, IBackgroundJobClient jobs, TimeProvider time)
{
    public const int ListedRuns = 25;

    /// <summary>As various as the model can be without losing the thread.</summary>
    private const double Temperature = 1.0;

    public bool MayRead => current.May(Permission.ReadRows);

    /// <summary>It changes the data, and it costs.</summary>
    public bool MayStart => current.May(Permission.ReadRows) && current.MayChange() && current.May(Permission.RunModels);

    public async Task<AugmentChoices> ChoicesAsync(string projectId, string? versionId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        var (_, task) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var offered = await writers.ListAsync(projectId, ct);
        if (await RowService.FindImportAsync(db, projectId, ct) is not { } import)
        {
            return new AugmentChoices([], null, [], [], 0, offered);
        }

        var versions = await db.DatasetVersions.AsNoTracking().Where(v => v.ImportId == import.Id && v.State == VersionState.Frozen).OrderByDescending(v => v.Number).ToListAsync(ct);
        if ((versions.Find(v => v.Id == versionId) ?? versions.FirstOrDefault()) is not { } version)
        {
            return new AugmentChoices([], null, [], [], 0, offered);
        }

        var rows = new AugmentRows(db, version);
        var labels = await RowService.LabelsOfAsync(db, import.Id, task, ct);
        return new AugmentChoices(versions, version, labels.Count is 0 ? [] : await rows.LabelsAsync(labels, ct), await rows.SlicesAsync(ct), await rows.CountAsync("", "", ct), offered);
    }

    public async Task<AugmentQuote> QuoteAsync(string projectId, AugmentOrder order, CancellationToken ct)
    {
        RequireStart();
        return (await PrepareAsync(projectId, order, ct)).Quote;
    }

    public async Task<Augmentation> StartAsync(string projectId, AugmentOrder order, CancellationToken ct)
    {
        RequireStart();
        var (version, writer, quote) = await PrepareAsync(projectId, order, ct);
        if (order.AgreedWorstMicros is { } agreed && quote.Quote.WorstMicros > agreed)
        {
            throw new DearerException(quote.Quote.WorstMicros);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Augmentations.AnyAsync(a => a.ProjectId == projectId && (a.State == AugmentationState.Queued || a.State == AugmentationState.Running), ct))
        {
            throw new PortalException("A model is writing rows for this project already. Wait until it has ended, or stop it.");
        }

        var run = new Augmentation
        {
            ProjectId = projectId, ImportId = version.ImportId!, // PrepareAsync takes only versions of the rows worked on.
            VersionId = version.Id, Label = order.Label, Slice = order.Slice, Wish = order.Wish.Trim(), Asked = order.Rows,
            WriterId = writer.Id, WriterName = writer.Name, ModelName = writer.ModelName, Temperature = Temperature, Seed = RandomNumberGenerator.GetInt32(1, 1_000_000), MaxOutputTokens = quote.MaxOutputTokens,
            InputPricePerMillion = writer.InputPricePerMillion, OutputPricePerMillion = writer.OutputPricePerMillion, ReservedMicros = quote.Quote.WorstMicros,
            StartedByUserId = current.UserId, StartedByName = current.UserName, CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        db.Augmentations.Add(run);
        billing.Reserve(db, projectId, run.Id, quote.Quote, byUserId: current.UserId);
        db.Audit("augmentation.started", run.AsTarget(), $"For {Named(order)} from version {version.Number}, at most {run.ReservedMicros / 1_000_000m:0.00####} USD");
        await db.SaveChangesAsync(ct);
        jobs.Enqueue<AugmentWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));
        return run;
    }

    /// <summary>The runs of a project, newest first.</summary>
    public async Task<IReadOnlyList<AugmentationRow>> ListAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await ReadAsync(db, db.Augmentations.Where(a => a.ProjectId == projectId).OrderByDescending(a => a.CreatedAt).Take(ListedRuns), ct);
    }

    public async Task<AugmentationRow> GetAsync(string projectId, string augmentationId, CancellationToken ct)
    {
        current.Require(Permission.ReadRows);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return (await ReadAsync(db, db.Augmentations.Where(a => a.ProjectId == projectId && a.Id == augmentationId), ct)).SingleOrDefault() ?? throw new NotFoundException("augmentation");
    }

    /// <summary>Rows that are written already stay; a run that has ended stays as it is.</summary>
    public async Task CancelAsync(string projectId, string augmentationId, CancellationToken ct)
    {
        RequireStart();
        var run = (await GetAsync(projectId, augmentationId, ct)).Run;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        var asked = await db.Augmentations
            .Where(a => a.Id == run.Id && a.CancelRequestedAt == null && (a.State == AugmentationState.Queued || a.State == AugmentationState.Running))
            .ExecuteUpdateAsync(set => set.SetProperty(a => a.CancelRequestedAt, now).SetProperty(a => a.NextAttemptAt, (DateTime?)null), ct);
        if (asked is 1)
        {
            db.Audit("augmentation.cancelled", run.AsTarget());
            await db.SaveChangesAsync(ct);
        }

        await transaction.CommitAsync(ct);
        jobs.Enqueue<AugmentWorker>(w => w.RunAsync(run.TenantId, run.Id, CancellationToken.None));
    }

    private void RequireStart()
    {
        current.Require(Permission.ReadRows);
        current.RequireChange();
        current.Require(Permission.RunModels);
    }

    private async Task<(DatasetVersion Version, RowWriter Writer, AugmentQuote Quote)> PrepareAsync(string projectId, AugmentOrder order, CancellationToken ct)
    {
        var (_, task) = await projects.GetAsync(projectId, ct);
        var version = await examples.GetVersionAsync(order.VersionId, ct);
        if (version.ProjectId != projectId)
        {
            throw new NotFoundException("version");
        }

        if (order.Rows is < 1 or > Augmentation.MostRows || order.Wish.Length > Augmentation.WishLength)
        {
            throw new PortalException($"Ask for 1 to {Augmentation.MostRows} rows, with a wish of at most {Augmentation.WishLength} characters.");
        }

        var writer = (await writers.ListAsync(projectId, ct)).FirstOrDefault(w => w.Id == order.WriterId)
            ?? throw new PortalException("This model cannot write rows here: it no longer answers, or has no price in the catalogue. Choose another one.");
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await RowService.FindImportAsync(db, projectId, ct) is not { } import || import.Id != version.ImportId)
        {
            throw new PortalException($"Version {version.Number} is not of the rows that are worked on. Freeze a version of those first.");
        }

        var labels = await RowService.LabelsOfAsync(db, import.Id, task, ct);
        if (order.Label is not "" && !labels.Contains(order.Label))
        {
            throw new PortalException($"\"{ShownText.Cut(order.Label)}\" is none of the task's labels. Choose one of them.");
        }

        var size = await new AugmentRows(db, version).MeasureAsync(order.Label, order.Slice, ct)
            ?? throw new PortalException($"Version {version.Number} has no training row for {Named(order)} that a model could learn the manner from. Add one by hand, freeze, and start from that version.");
        return (version, writer, AugmentQuote.Of(writer, new AugmentTask(task.Instruction, order.Label, labels, order.Slice, order.Wish.Trim()), order.Rows, size));
    }

    private static async Task<IReadOnlyList<AugmentationRow>> ReadAsync(PortalDbContext db, IQueryable<Augmentation> runs, CancellationToken ct)
    {
        var (drafts, versions) = (db.SyntheticDrafts, db.DatasetVersions);
        var rows = await runs.AsNoTracking().Select(a => new
        {
            Run = a, Number = versions.Where(v => v.Id == a.VersionId).Select(v => v.Number).FirstOrDefault(),
            Open = drafts.Count(d => d.AugmentationId == a.Id && d.State == DraftState.Open), Accepted = drafts.Count(d => d.AugmentationId == a.Id && d.State == DraftState.Accepted),
            Rejected = drafts.Count(d => d.AugmentationId == a.Id && d.State == DraftState.Rejected),
        }).ToListAsync(ct);
        return [.. rows.Select(r => new AugmentationRow(r.Run, r.Number, r.Open, r.Accepted, r.Rejected))];
    }

    private static string Named(AugmentOrder order) => (order.Label, order.Slice) switch
    {
        ("", "") => "all rows",
        ("", var slice) => $"the slice {slice}",
        (var label, "") => $"the label {label}",
        var (label, slice) => $"the label {label} in the slice {slice}",
    };
}
