using System.Security.Cryptography;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>An archive on its way here: which of its parts have arrived, with the hash of each, so that a sender can tell whether they are still his.</summary>
public sealed record OpenImport(string UploadId, string FileName, long Length, int PartBytes, IReadOnlyList<ArrivedPart> Parts);

public sealed record ArrivedPart(int Number, string Sha256);

/// <summary>Takes an archive's parts in, and an owner's yes. What is in it, <see cref="ArchiveImportWorker"/> reads.</summary>
public sealed class ImportService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, EraseService erasures, BlobStore blobs, IBackgroundJobClient jobs,
    IOptions<LeaveOptions> options, TimeProvider time)
{
    private const int FileNameLength = 255;

    public bool IsAllowed => current.May(Permission.ImportOrganization);

    public long MaxBytes => options.Value.MaxArchiveBytes;

    public string TooLarge => $"The archive is larger than {Show.Bytes(MaxBytes)}, the most that is taken in. Ask whoever runs the portal to raise Leave:MaxArchiveBytes.";

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The import under way, or the one that ended last.</summary>
    public async Task<OrganizationImport?> FindAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return !IsAllowed ? null : await db.OrganizationImports.AsNoTracking().Where(i => i.State != ArchiveImportState.Discarded)
            .OrderBy(i => i.EndedAt == null ? 0 : 1).ThenByDescending(i => i.AskedAt).FirstOrDefaultAsync(ct);
    }

    /// <summary>Audit logs that archives have brought.</summary>
    public async Task<IReadOnlyList<ImportedAuditLog>> LogsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return !current.May(Permission.ViewAudit) ? [] : await db.ImportedAuditLogs.AsNoTracking().OrderBy(l => l.ImportedAt).ThenBy(l => l.Id).Take(50).ToListAsync(ct);
    }

    /// <summary>What archives have brought of usage, by month and meter.</summary>
    public async Task<IReadOnlyList<UsageSum>> UsageAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return !current.May(Permission.ViewBilling) ? [] : await UsageSum.OfImportedAsync(db, ct);
    }

    /// <summary>Opens an imported audit log for somebody who takes it away. That stands in the organisation's own log.</summary>
    public async Task<(ImportedAuditLog Log, Stream Content)> OpenLogAsync(string logId, CancellationToken ct)
    {
        current.Require(Permission.ViewAudit);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var log = await db.ImportedAuditLogs.AsNoTracking().SingleOrDefaultAsync(l => l.Id == logId, ct) ?? throw new NotFoundException("audit log");
        if (!blobs.Exists(log.BlobName))
        {
            throw new PortalException("The file of this audit log is no longer there. Tell whoever runs the portal.");
        }

        db.Audit("audit.exported", new AuditTarget("audit log", log.Id, log.SourceName), "As an archive brought it");
        await db.SaveChangesAsync(ct);
        return (log, blobs.OpenRead(log.BlobName));
    }

    /// <summary>What is here already, so that no archive can be taken in; empty where one can.</summary>
    public async Task<IReadOnlyList<string>> ObstaclesAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return IsAllowed ? await EmptyOrganization.ObstaclesAsync(db, ct) : [];
    }

    /// <summary>Begins an upload, or finds the one that broke off: the same person's file of the same name and length.</summary>
    public async Task<OpenImport> BeginAsync(string fileName, long length, CancellationToken ct)
    {
        current.Require(Permission.ImportOrganization);
        if (length < 1 || length > MaxBytes)
        {
            throw new PortalException(length < 1 ? "The file is empty. Choose the archive of an organization." : TooLarge);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await RequireEmptyAsync(db, ct);
        var name = NameOf(fileName);
        if (await db.OrganizationImports.AsNoTracking().SingleOrDefaultAsync(i => i.EndedAt == null, ct) is { } open)
        {
            return open.State is ArchiveImportState.Receiving && open.AskedByUserId == current.UserId && open.FileName == name && open.Length == length
                ? await ShownAsync(open, ct)
                : throw new PortalException($"{open.AskedByName}'s archive {open.FileName} is being imported already. Wait until that has ended, or discard it.");
        }

        blobs.RequireRoom(2 * length);
        var import = new OrganizationImport
        {
            AskedByUserId = current.UserId, AskedByName = current.UserName, AskedAt = Now, FileName = name, Length = length, BlobName = PublicId.Create("archive/", Now),
        };
        import.Moved(Now);
        db.OrganizationImports.Add(import);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException taken)
        {
            throw new PortalException("Another archive is being imported already. Load the page again.", taken);
        }

        return await ShownAsync(import, ct);
    }

    /// <summary>Takes one part; the same one again replaces it.</summary>
    public async Task PutPartAsync(string importId, int number, Stream content, string? sha256, CancellationToken ct)
    {
        current.Require(Permission.ImportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await ReceivingAsync(db, importId, ct);
        if (number < 0 || number >= import.PartCount)
        {
            throw new PortalException($"There is no part {number}: this archive has the parts 0 to {import.PartCount - 1}.");
        }

        var (length, _) = await blobs.WriteAsync(import.BlobOf(number), content, import.LengthOf(number), ct, sha256);
        if (length != import.LengthOf(number))
        {
            blobs.Delete(import.BlobOf(number));
            throw new PortalException($"Part {number} has {length:N0} bytes where {import.LengthOf(number):N0} were expected. Send it again.");
        }

        var now = Now;
        await db.OrganizationImports.Where(i => i.Id == importId && i.State == ArchiveImportState.Receiving).ExecuteUpdateAsync(set => set.SetProperty(i => i.MovedAt, now), ct);
    }

    /// <summary>Makes one file of the parts and has it read through. Asked again, it answers the same.</summary>
    public async Task FinishAsync(string importId, CancellationToken ct)
    {
        current.Require(Permission.ImportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await FindAsync(db, importId, ct);
        if (import.State is not ArchiveImportState.Receiving)
        {
            return;
        }

        if (Enumerable.Range(0, import.PartCount).Where(p => !blobs.Exists(import.BlobOf(p))).ToList() is { Count: > 0 } missing)
        {
            throw new PortalException($"{missing.Count} of {import.PartCount} parts are not here yet, the first of them part {missing[0]}. Send them, then finish.");
        }

        var (length, sha256) = await blobs.WriteAsync(import.BlobName, file => JoinAsync(import, file, ct), ct);
        if (length != import.Length)
        {
            throw new PortalException("The parts do not make the whole file. Upload the archive again.");
        }

        import.Arrived(sha256, Now);
        db.Audit("archive.uploaded", import.AsTarget(), $"SHA-256 {sha256}");
        await db.SaveChangesAsync(ct);
        DeleteParts(import);
        Wake(importId);
    }

    /// <summary>From here on it is taken in, or fails as a whole.</summary>
    public async Task ConfirmAsync(string importId, string? sessionId, CancellationToken ct)
    {
        current.Require(Permission.ImportOrganization);
        if (!await erasures.IsFreshAsync(sessionId, ct))
        {
            throw new PortalException($"For this you must have signed in within the last {options.Value.FreshSignIn.TotalMinutes:0} minutes. Sign in again, then come back.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await RequireEmptyAsync(db, ct);
        var import = await FindAsync(db, importId, ct);
        import.Confirm(current.UserId, current.UserName, Now);
        db.Audit("archive.confirmed", import.AsTarget(), $"SHA-256 {import.Sha256}");
        await SaveAsync(db, ct);
        Wake(importId);
    }

    public async Task DiscardAsync(string importId, CancellationToken ct)
    {
        current.Require(Permission.ImportOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var import = await FindAsync(db, importId, ct);
        import.Discard(Now);
        db.Audit("archive.discarded", import.AsTarget());
        await SaveAsync(db, ct);
        DeleteParts(import);
        blobs.Delete(import.BlobName);
    }

    private async Task JoinAsync(OrganizationImport import, Stream file, CancellationToken ct)
    {
        for (var part = 0; part < import.PartCount; part++)
        {
            await using var content = blobs.OpenRead(import.BlobOf(part));
            await content.CopyToAsync(file, ct);
        }
    }

    private void DeleteParts(OrganizationImport import)
    {
        for (var part = 0; part < import.PartCount; part++)
        {
            blobs.Delete(import.BlobOf(part));
        }
    }

    private void Wake(string importId)
    {
        var tenantId = scope.TenantId;
        jobs.Enqueue<ArchiveImportWorker>(w => w.RunAsync(tenantId, importId, CancellationToken.None));
    }

    private static async Task RequireEmptyAsync(PortalDbContext db, CancellationToken ct)
    {
        if (await EmptyOrganization.ObstaclesAsync(db, ct) is { Count: > 0 } obstacles)
        {
            throw new PortalException(EmptyOrganization.Refusal(obstacles));
        }
    }

    private async Task<OpenImport> ShownAsync(OrganizationImport import, CancellationToken ct)
    {
        List<ArrivedPart> parts = [];
        for (var part = 0; part < import.PartCount; part++)
        {
            if (blobs.Exists(import.BlobOf(part)))
            {
                await using var content = blobs.OpenRead(import.BlobOf(part));
                parts.Add(new ArrivedPart(part, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, ct))));
            }
        }

        return new OpenImport(import.Id, import.FileName, import.Length, OrganizationImport.PartLength, parts);
    }

    private static async Task<OrganizationImport> ReceivingAsync(PortalDbContext db, string importId, CancellationToken ct) =>
        await FindAsync(db, importId, ct) is { State: ArchiveImportState.Receiving } import ? import
            : throw new PortalException("This archive is not being received any more. Load the page again.");

    private static async Task<OrganizationImport> FindAsync(PortalDbContext db, string importId, CancellationToken ct) =>
        await db.OrganizationImports.SingleOrDefaultAsync(i => i.Id == importId, ct) ?? throw new NotFoundException("import");

    private static async Task SaveAsync(PortalDbContext db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException lost)
        {
            throw new PortalException("The import has gone on meanwhile. Load the page again.", lost);
        }
    }

    /// <summary>Only the last part of a name, without what would disturb a screen or a header.</summary>
    private static string NameOf(string fileName)
    {
        var plain = string.Concat(fileName[(fileName.AsSpan().LastIndexOfAny('/', '\\') + 1)..].Where(c => !char.IsControl(c) && !char.IsSurrogate(c))).Trim();
        return plain is "" ? "archive.zip" : plain.Length <= FileNameLength ? plain : plain[^FileNameLength..];
    }
}
