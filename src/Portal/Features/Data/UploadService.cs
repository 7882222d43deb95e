using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Data;

/// <summary>What became of an upload. A file that is in the project already is pointed to, not kept twice.</summary>
public sealed record UploadReceipt(string ImportId, string FileName, bool IsRepeat);

/// <summary>An upload under way: which of its parts are here, with the hash of each, so that a sender can tell whether they are still his.</summary>
public sealed record OpenUpload(string UploadId, string FileName, long Length, int PartBytes, DateTime LastPartAt, IReadOnlyList<HeldPart> Parts)
{
    public long Received => Parts.Sum(p => p.Length);
}

public sealed record HeldPart(int Number, long Length, string Sha256);

/// <summary>Takes files in, whole or in parts. A file appears in the project only when all of it is here and its hash is right.</summary>
public sealed class UploadService(
    IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, BlobStore blobs, SourceReader readers, IOptions<DataOptions> options, TimeProvider time)
{
    private const int FileNameLength = 255;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DataOptions Options => options.Value;

    public long MaxBytes => Options.MaxUploadBytes;

    public string TooLarge => $"The file is larger than {Show.Bytes(MaxBytes)}, the most that can be uploaded. Split it, or remove what the task does not need.";

    /// <summary>Stores a file sent in one go, refuses what cannot be read at all, and notices one that is here already.</summary>
    public async Task<UploadReceipt> ReceiveAsync(string projectId, string fileName, Stream content, long? expectedLength, CancellationToken ct)
    {
        current.RequireChange();
        await projects.GetAsync(projectId, ct);
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            await RequireRoomAsync(db, expectedLength ?? 0, ct);
        }

        var blob = PublicId.Create($"upload/{projectId}/", Now);
        var (length, sha256) = await blobs.WriteAsync(blob, content, MaxBytes, ct);
        return await AdmitAsync(new Arrived(projectId, NameOf(fileName), blob, length, sha256, null), ct);
    }

    /// <summary>Begins an upload in parts, or finds the one that broke off: the same person's file of the same name and length.</summary>
    public async Task<OpenUpload> BeginAsync(string projectId, string fileName, long length, string? sha256, CancellationToken ct)
    {
        current.RequireChange();
        await projects.GetAsync(projectId, ct);
        if (length < 1)
        {
            throw new PortalException("The file is empty. Choose one that has rows.");
        }

        if (sha256 is { Length: > 0 } && (sha256.Length is not 64 || !sha256.All(char.IsAsciiHexDigit)))
        {
            throw new PortalException("The SHA-256 of the file must be 64 hexadecimal digits.");
        }

        var name = NameOf(fileName);
        var hash = (sha256 ?? "").ToLowerInvariant();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var upload = await Mine(db, projectId).Where(u => u.ImportId == null && u.FileName == name && u.Length == length && u.Sha256 == hash)
            .OrderByDescending(u => u.LastPartAt).FirstOrDefaultAsync(ct);
        if (upload is null)
        {
            await RequireRoomAsync(db, length, ct);
            upload = new Upload
            {
                ProjectId = projectId, FileName = name, Length = length, PartBytes = Options.PartBytes, Sha256 = hash,
                BlobName = PublicId.Create($"upload/{projectId}/", Now), StartedAt = Now, LastPartAt = Now, UserId = current.UserId,
            };
            db.Uploads.Add(upload);
            await db.SaveChangesAsync(ct);
        }

        return await ShownAsync(db, upload, ct);
    }

    /// <summary>Uploads of the caller that wait for the rest, newest first.</summary>
    public async Task<IReadOnlyList<OpenUpload>> ListAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var open = await Mine(db, projectId).Where(u => u.ImportId == null).OrderByDescending(u => u.LastPartAt).Take(10).ToListAsync(ct);
        List<OpenUpload> shown = [];
        foreach (var upload in open)
        {
            shown.Add(await ShownAsync(db, upload, ct));
        }

        return shown;
    }

    public async Task<OpenUpload> GetAsync(string projectId, string uploadId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await ShownAsync(db, await FindAsync(db, projectId, uploadId, ct), ct);
    }

    /// <summary>Takes one part; the same one again replaces it. Parts may come in any order and at any node.</summary>
    public async Task PutPartAsync(string projectId, string uploadId, int number, Stream content, string? sha256, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var upload = await FindAsync(db, projectId, uploadId, ct);
        if (upload.ImportId is not null)
        {
            throw new PortalException("This upload is complete already. Begin a new one for another file.");
        }

        if (number < 0 || number >= upload.PartCount)
        {
            throw new PortalException($"There is no part {number}: this file has the parts 0 to {upload.PartCount - 1}.");
        }

        var expected = upload.LengthOf(number);
        var (length, hash) = await blobs.WriteAsync(upload.BlobOf(number), content, expected, ct, sha256);
        if (length != expected)
        {
            throw new PortalException($"Part {number} has {length:N0} bytes where {expected:N0} were expected. Send it again.");
        }

        var now = Now;
        if (await db.UploadParts.Where(p => p.UploadId == uploadId && p.Number == number).ExecuteUpdateAsync(set => set.SetProperty(p => p.Sha256, hash), ct) is 0)
        {
            db.UploadParts.Add(new UploadPart { UploadId = uploadId, Number = number, Sha256 = hash });
            try
            {
                await db.SaveChangesAsync(ct);
            }
            catch (DbUpdateException) when (!ct.IsCancellationRequested)
            {
                // The same part came twice at once; whichever was recorded, its bytes are the ones in place.
                await using var again = await dbs.CreateDbContextAsync(ct);
                if (await again.UploadParts.Where(p => p.UploadId == uploadId && p.Number == number).ExecuteUpdateAsync(set => set.SetProperty(p => p.Sha256, hash), ct) is 0)
                {
                    throw;
                }
            }
        }

        await db.Uploads.Where(u => u.Id == uploadId).ExecuteUpdateAsync(set => set.SetProperty(u => u.LastPartAt, now), ct);
    }

    /// <summary>Makes one file of the parts. Asked again, it answers the same.</summary>
    public async Task<UploadReceipt> FinishAsync(string projectId, string uploadId, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var upload = await FindAsync(db, projectId, uploadId, ct);
        if (upload.ImportId is not null)
        {
            return new UploadReceipt(upload.ImportId, upload.FileName, upload.IsRepeat);
        }

        var held = await db.UploadParts.Where(p => p.UploadId == uploadId).Select(p => p.Number).ToListAsync(ct);
        var missing = Enumerable.Range(0, upload.PartCount).Except(held).ToList();
        if (missing.Count > 0)
        {
            throw new PortalException($"{missing.Count} of {upload.PartCount} parts are not here yet, the first of them part {missing[0]}. Send them, then finish.");
        }

        try
        {
            blobs.RequireRoom(upload.Length);
            await using var parts = new UploadedParts(blobs, upload);
            var (length, sha256) = await blobs.WriteAsync(upload.BlobName, parts, upload.Length, ct, upload.Sha256 is "" ? null : upload.Sha256);
            var receipt = await AdmitAsync(new Arrived(projectId, upload.FileName, upload.BlobName, length, sha256, uploadId), ct);
            DeleteParts(upload);
            return receipt;
        }
        catch (Exception fault) when (fault is DbUpdateConcurrencyException or FileNotFoundException)
        {
            // Somebody finished it at the same time; then its receipt is there.
            await using var fresh = await dbs.CreateDbContextAsync(ct);
            var done = await FindAsync(fresh, projectId, uploadId, ct);
            return done.ImportId is { } importId ? new UploadReceipt(importId, done.FileName, done.IsRepeat) : throw new PortalException("The parts of this file are gone. Upload it again.", fault);
        }
        catch (PortalException refused) when (refused is not StorageFullException)
        {
            // What cannot be read will not become readable by sending the rest of it.
            await DropAsync(db, upload, ct);
            throw;
        }
    }

    public async Task DiscardAsync(string projectId, string uploadId, CancellationToken ct)
    {
        current.RequireChange();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var upload = await FindAsync(db, projectId, uploadId, ct);
        if (upload.ImportId is null)
        {
            await DropAsync(db, upload, ct);
        }
    }

    /// <summary>Clears an upload nobody has sent a part of for long.</summary>
    public async Task ClearAsync(string uploadId, CancellationToken ct)
    {
        var before = Now - Options.UploadKept;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Uploads.SingleOrDefaultAsync(u => u.Id == uploadId && u.LastPartAt < before, ct) is { } upload)
        {
            await DropAsync(db, upload, ct);
        }
    }

    private async Task DropAsync(PortalDbContext db, Upload upload, CancellationToken ct)
    {
        DeleteParts(upload);
        await db.UploadParts.Where(p => p.UploadId == upload.Id).ExecuteDeleteAsync(ct);
        await db.Uploads.Where(u => u.Id == upload.Id).ExecuteDeleteAsync(ct);
    }

    private void DeleteParts(Upload upload)
    {
        for (var part = 0; part < upload.PartCount; part++)
        {
            blobs.Delete(upload.BlobOf(part));
        }
    }

    private async Task RequireRoomAsync(PortalDbContext db, long length, CancellationToken ct)
    {
        if (length > MaxBytes)
        {
            throw new UploadTooLargeException(TooLarge);
        }

        var held = await MediaService.HeldBytesAsync(db, ct);
        if (held + length > Options.QuotaBytes)
        {
            throw new UploadTooLargeException(
                $"This organization's files take {Show.Bytes(held)} of the {Show.Bytes(Options.QuotaBytes)} it may use, so {Show.Bytes(length)} more do not fit. Remove a project's files, or ask for more room.");
        }

        blobs.RequireRoom(length);
    }

    /// <summary>A file that is whole and in its place.</summary>
    private sealed record Arrived(string ProjectId, string FileName, string Blob, long Length, string Sha256, string? UploadId);

    private async Task<UploadReceipt> AdmitAsync(Arrived file, CancellationToken ct)
    {
        try
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            // Read before looking for the same file: whoever finishes it from here on is met at the end, by its version.
            var upload = file.UploadId is null ? null : await db.Uploads.SingleAsync(u => u.Id == file.UploadId, ct);
            if (upload?.ImportId is { } finished)
            {
                return new UploadReceipt(finished, upload.FileName, upload.IsRepeat);
            }

            var same = await db.DatasetImports.AsNoTracking().Where(i => i.ProjectId == file.ProjectId && i.Sha256 == file.Sha256 && i.Length == file.Length)
                .OrderByDescending(i => i.UploadedAt).ThenByDescending(i => i.Id).FirstOrDefaultAsync(ct);
            UploadReceipt receipt;
            if (same is not null && blobs.Exists(same.BlobName))
            {
                receipt = new UploadReceipt(same.Id, same.FileName, IsRepeat: true);
            }
            else
            {
                var import = new DatasetImport
                {
                    ProjectId = file.ProjectId, FileName = file.FileName, BlobName = file.Blob, Length = file.Length, Sha256 = file.Sha256,
                    UploadedAt = Now, UploadedByUserId = current.UserId, UploadedByName = current.UserName,
                };
                import.ReadAs(await InspectAsync(file.Blob, ct));
                db.DatasetImports.Add(import);
                db.Audit("data.uploaded", import.AsTarget(), $"{file.Length:N0} bytes, SHA-256 {file.Sha256}");
                receipt = new UploadReceipt(import.Id, import.FileName, IsRepeat: false);
            }

            upload?.Become(receipt.ImportId, receipt.IsRepeat);
            await db.SaveChangesAsync(ct);
            if (receipt.IsRepeat && same?.BlobName != file.Blob)
            {
                blobs.Delete(file.Blob);
            }

            return receipt;
        }
        catch (PortalException)
        {
            blobs.Delete(file.Blob);
            throw;
        }
    }

    private async Task<SourceLayout> InspectAsync(string blob, CancellationToken ct)
    {
        await using var file = blobs.OpenRead(blob);
        // A gigabyte is looked through for its encoding: not on the request's own thread.
        return await OwnThread.RunAsync(() => Inspect(file, ct), ct);
    }

    private SourceLayout Inspect(Stream file, CancellationToken ct)
    {
        using var source = readers.Open(file, null, ct);
        return source.Inspect();
    }

    private IQueryable<Upload> Mine(PortalDbContext db, string projectId) => db.Uploads.Where(u => u.ProjectId == projectId && u.UserId == current.UserId);

    private async Task<Upload> FindAsync(PortalDbContext db, string projectId, string uploadId, CancellationToken ct) =>
        await Mine(db, projectId).AsNoTracking().SingleOrDefaultAsync(u => u.Id == uploadId, ct) ?? throw new NotFoundException("upload");

    private static async Task<OpenUpload> ShownAsync(PortalDbContext db, Upload upload, CancellationToken ct)
    {
        var parts = await db.UploadParts.Where(p => p.UploadId == upload.Id).OrderBy(p => p.Number).Select(p => new { p.Number, p.Sha256 }).ToListAsync(ct);
        return new OpenUpload(
            upload.Id, upload.FileName, upload.Length, upload.PartBytes, upload.LastPartAt, [.. parts.Select(p => new HeldPart(p.Number, upload.LengthOf(p.Number), p.Sha256))]);
    }

    /// <summary>Only the last part of a name, without what would disturb a screen or a header.</summary>
    private static string NameOf(string fileName)
    {
        var plain = new StringBuilder();
        foreach (var c in fileName[(fileName.AsSpan().LastIndexOfAny('/', '\\') + 1)..].Where(c => !char.IsControl(c) && !char.IsSurrogate(c)))
        {
            plain.Append(c);
        }

        return plain.ToString().Trim() is { Length: > 0 } name ? (name.Length > FileNameLength ? name[^FileNameLength..] : name) : "examples";
    }
}
