using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>Reads an archive through, and takes it in. Neither believes it.</summary>
public sealed class ArchiveImporter(BlobStore blobs, IOptions<LeaveOptions> options, IOptions<DataOptions> data, TimeProvider time)
{
    private const int BatchRows = 500;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Every file against its hash, every row against its table, the audit log against itself. Nothing is written.</summary>
    internal async Task<ImportPreview> CheckAsync(PortalDbContext db, Stream file, string importId, Func<long, Task> tell, CancellationToken ct)
    {
        var archive = ArchiveReader.Open(file, db.Model, options.Value);
        await HashAsync(archive, tell, ct);
        var names = new ImportBlobs(archive, importId);
        var sourceBytes = archive.Manifest.Sources.Sum(s => archive.Files.Single(f => f.Path == s.Path).Bytes);
        if (sourceBytes > data.Value.QuotaBytes)
        {
            throw new PortalException($"The uploaded files in the archive take {Components.Show.Bytes(sourceBytes)}; an organization may use {Components.Show.Bytes(data.Value.QuotaBytes)}. Ask for more room.");
        }

        var (projects, models, rows) = (new List<Project>(), new HashSet<string>(StringComparer.Ordinal), 0L);
        foreach (var row in new ArchiveTables(archive, db.Model, names).Read())
        {
            if (row.Entity is Project project)
            {
                projects.Add(project);
            }

            if (row.Entity is Candidate candidate)
            {
                models.Add(candidate.BaseModelId);
            }

            if (++rows % BatchRows is 0)
            {
                await tell(file.Length);
                ct.ThrowIfCancellationRequested();
            }
        }

        names.RefuseUnused();
        var audit = ImportedChain.Read(archive, db.Model, names.AuditName, Now);
        var known = await db.CatalogueModels.AsNoTracking().Select(m => m.Id).ToListAsync(ct);
        return ImportPreview.Of(archive.Manifest, projects, sourceBytes, audit, [.. models.Except(known).Order(StringComparer.Ordinal)]);
    }

    /// <summary>The uploaded files and the audit log, before any row names them. Written again they are the same.</summary>
    internal async Task WriteFilesAsync(PortalDbContext db, Stream file, string importId, Func<long, Task> tell, CancellationToken ct)
    {
        var archive = ArchiveReader.Open(file, db.Model, options.Value);
        var names = new ImportBlobs(archive, importId);
        if (blobs.FreeBytes - archive.Manifest.Sources.Sum(s => archive.Files.Single(f => f.Path == s.Path).Bytes) < options.Value.KeepFreeBytes)
        {
            throw new StorageFullException();
        }

        var audit = ImportedChain.Read(archive, db.Model, names.AuditName, Now);
        await names.WriteAsync(blobs, audit is not null, AuditPath(db), tell, ct);
    }

    /// <summary>All rows, and then every figure. In the caller's transaction, which ends well or leaves nothing.</summary>
    internal async Task<(FigureReport Report, ImportedAuditLog? Audit)> TakeInAsync(PortalDbContext db, Stream file, string importId, CancellationToken ct)
    {
        var archive = ArchiveReader.Open(file, db.Model, options.Value);
        var names = new ImportBlobs(archive, importId);
        var rows = 0L;
        foreach (var batch in new ArchiveTables(archive, db.Model, names).Read().Chunk(BatchRows))
        {
            // A table after the other: whatever a row refers to is saved before it.
            foreach (var part in batch.GroupBy(r => r.Table))
            {
                await SaveAsync(db, [.. part], ct);
            }

            rows += batch.Length;
        }

        var report = await new FigureCheck(db, archive.Manifest).RunAsync(rows, ct);
        return (report, ImportedChain.Read(archive, db.Model, names.AuditName, Now));
    }

    private static async Task SaveAsync(PortalDbContext db, IReadOnlyList<TakenRow> rows, CancellationToken ct)
    {
        try
        {
            db.AddRange(rows.Select(r => r.Entity));
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }
        catch (Exception refused) when (refused is DbUpdateException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            throw ArchiveReader.Refused($"tables/{rows[0].Table}.jsonl, lines {rows[0].Line} to {rows[^1].Line}: the database refuses these rows; one stands there twice, or breaks a rule of its table.", refused);
        }
    }

    private static async Task HashAsync(ArchiveReader archive, Func<long, Task> tell, CancellationToken ct)
    {
        var (done, buffer) = (0L, new byte[1 << 16]);
        foreach (var one in archive.Files)
        {
            using var content = archive.OpenFile(one.Path);
            for (int read; (read = content.Read(buffer)) > 0;)
            {
                await tell(done += read);
                ct.ThrowIfCancellationRequested();
            }
        }
    }

    private static string AuditPath(PortalDbContext db) => ArchiveContent.PathOf(db.Model.FindEntityType(typeof(AuditEntry)) ?? throw new InvalidOperationException(nameof(AuditEntry)));
}
