using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;

namespace Portal.Features.Leave;

public sealed record PersonErasureView(PersonErasure Erasure, IReadOnlyList<FoundRow> Rows, int Total, PersonReceipt? Receipt);

/// <summary>Searches for one person's rows, shows what was found, and lets an owner have them erased everywhere.</summary>
public sealed class PersonErasureService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, PersonSearch search, IBackgroundJobClient jobs, TimeProvider time)
{
    public const int PageSize = 25;

    private const int Shown = 25;

    public bool IsAllowed => current.May(Permission.EraseRows);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The newest erasures, the one under way first.</summary>
    public async Task<IReadOnlyList<PersonErasure>> ListAsync(CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.PersonErasures.AsNoTracking().OrderByDescending(e => e.AskedAt).ThenByDescending(e => e.Id).Take(Shown).ToListAsync(ct);
    }

    /// <summary>Begins to search; nothing is removed by it.</summary>
    public async Task<string> SearchAsync(string value, PersonMatchMode mode, CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        if (PersonMatch.Obstacle(value) is { } obstacle)
        {
            throw new PortalException(obstacle);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = new PersonErasure { AskedByUserId = current.UserId, AskedByName = current.UserName, AskedAt = Now, Mode = mode };
        erasure.Seek(search.Protect(value), Now);
        db.PersonErasures.Add(erasure);
        // What is looked for is a person's own: it is in no log.
        db.Audit("rows.searched", erasure.AsTarget());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException taken)
        {
            throw new PortalException("Another search or erasure of rows is under way. Finish or give up that one first.", taken);
        }

        Wake(erasure);
        return erasure.Id;
    }

    /// <summary>One erasure with a page (from 0) of the rows it found.</summary>
    public async Task<PersonErasureView> ReadAsync(string personErasureId, int page, CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await FindAsync(db, personErasureId, ct);
        if (erasure.State is not PersonErasureState.Found)
        {
            return new PersonErasureView(erasure, [], 0, PersonReceipt.Parse(erasure.ReceiptJson));
        }

        var (rows, total) = await new PersonFound(db).PageAsync(erasure.Id, Math.Max(0, page), PageSize, ct);
        return new PersonErasureView(erasure, rows, total, null);
    }

    /// <summary>Somebody else's row that only looks alike stays, in every version.</summary>
    public async Task KeepAsync(string personErasureId, string importId, int number, CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.PersonErasures.SingleOrDefaultAsync(e => e.Id == personErasureId, ct) ?? throw new NotFoundException("erasure");
        RequireFound(erasure);
        var holders = db.DatasetVersions.Where(v => v.ImportId == importId).Select(v => v.Id);
        var marks = await db.PersonErasureRows.Where(r => r.ErasureId == erasure.Id && r.Number == number && (r.HolderId == importId || holders.Contains(r.HolderId))).ToListAsync(ct);
        if (marks.Count is 0)
        {
            throw new NotFoundException("row");
        }

        db.PersonErasureRows.RemoveRange(marks);
        erasure.Spare(new SparedRow(importId, number), marks);
        db.Audit("rows.spared", erasure.AsTarget(), $"Row {number}");
        await SaveAsync(db, ct);
    }

    /// <summary>From here on nothing can be taken back.</summary>
    public async Task ConfirmAsync(string personErasureId, CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.PersonErasures.SingleOrDefaultAsync(e => e.Id == personErasureId, ct) ?? throw new NotFoundException("erasure");
        RequireFound(erasure);
        await RefuseUnderWayAsync(db, ct);
        erasure.Begin(Now);
        db.Audit("rows.erasing", erasure.AsTarget(), $"{erasure.Ledger.ImportedRows:N0} rows worked on, {erasure.Ledger.Versions.Sum(v => v.Rows):N0} frozen, {erasure.Ledger.Files.Count:N0} files");
        await SaveAsync(db, ct);
        Wake(erasure);
    }

    /// <summary>Gives the search up; what was looked for is forgotten.</summary>
    public async Task CancelAsync(string personErasureId, CancellationToken ct)
    {
        current.Require(Permission.EraseRows);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.PersonErasures.SingleOrDefaultAsync(e => e.Id == personErasureId, ct) ?? throw new NotFoundException("erasure");
        erasure.Cancel("", Now);
        await db.PersonErasureRows.Where(r => r.ErasureId == personErasureId).ExecuteDeleteAsync(ct);
        db.Audit("rows.kept", erasure.AsTarget());
        await SaveAsync(db, ct);
    }

    private static async Task<PersonErasure> FindAsync(PortalDbContext db, string id, CancellationToken ct) =>
        await db.PersonErasures.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, ct) ?? throw new NotFoundException("erasure");

    private static void RequireFound(PersonErasure erasure)
    {
        if (erasure.State is not PersonErasureState.Found)
        {
            throw new PortalException("This erasure no longer waits for a yes. Load the page again.");
        }
    }

    /// <summary>Whatever reads rows at this moment would miss some in the middle, or carry some on.</summary>
    private static async Task RefuseUnderWayAsync(PortalDbContext db, CancellationToken ct)
    {
        var why = await db.DatasetImports.AnyAsync(i => i.State == ImportState.Mapped || i.State == ImportState.Importing, ct) ? "A file is being imported"
            : await db.DatasetVersions.AnyAsync(v => v.State == VersionState.Freezing, ct) ? "A version is being frozen"
            : await db.TuningJobs.AnyAsync(j => j.State == TuningJobState.Uploading || j.State == TuningJobState.Submitted || j.State == TuningJobState.Running || j.State == TuningJobState.Cancelling, ct) ? "A tuning job is under way"
            : await db.EvaluationRuns.AnyAsync(e => e.State == EvaluationState.Queued || e.State == EvaluationState.Running, ct) ? "An evaluation is under way"
            : await db.CandidateRuns.AnyAsync(r => r.State == RunState.Queued || r.State == RunState.Running, ct) ? "A model is answering rows"
            : await db.Augmentations.AnyAsync(a => a.State == AugmentationState.Queued || a.State == AugmentationState.Running, ct) ? "A model is writing rows" : null;
        if (why is not null)
        {
            throw new PortalException($"{why}. Wait until it has ended, or cancel it; then erase.");
        }
    }

    private void Wake(PersonErasure erasure)
    {
        var (tenantId, erasureId) = (scope.TenantId, erasure.Id);
        jobs.Enqueue<PersonErasureWorker>(w => w.RunAsync(tenantId, erasureId, CancellationToken.None));
    }

    private static async Task SaveAsync(PortalDbContext db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException changed)
        {
            throw new PortalException("Somebody else has gone on with this erasure. Load the page again.", changed);
        }
    }
}
