using System.Reflection;
using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Follows the audit log in an archive from its beginning to its end, as the portal follows its own.</summary>
internal static class ImportedChain
{
    private static readonly PropertyInfo s_tenant = typeof(AuditEntry).GetProperty(nameof(AuditEntry.TenantId)) ?? throw new MissingMemberException(nameof(AuditEntry.TenantId));

    /// <summary>Null where the archive has no entries. Throws where the log is not as it was written.</summary>
    public static ImportedAuditLog? Read(ArchiveReader archive, IModel model, string blobName, DateTime now)
    {
        var file = archive.Files.FirstOrDefault(f => f.Path == PathOf<AuditEntry>(model));
        var head = Rows<AuditHead>(archive, model).LastOrDefault();
        if (file is not { Bytes: > 0 })
        {
            return head is null ? null : throw Broken("the archive names its end, and has no entries");
        }

        if (head is null)
        {
            throw Broken("the archive does not say where it ends");
        }

        var start = Rows<AuditCheckpoint>(archive, model).OrderBy(c => c.Sequence).LastOrDefault();
        using var entries = archive.OpenFile(file.Path);
        var source = archive.Manifest.Organization;
        var log = new ImportedAuditLog
        {
            SourceId = source.Id, SourceName = source.Name.Length <= 200 ? source.Name : source.Name[..200], BlobName = blobName, Sha256 = file.Sha256, Length = file.Bytes,
            StartSequence = start?.Sequence ?? 0, StartHash = start?.Hash ?? "", EndSequence = head.Sequence, EndHash = head.Hash, ImportedAt = now,
        };
        Verify(log, entries, file.Path, model);
        return log;
    }

    /// <summary>Throws where the entries do not lead, hash by hash, from the beginning that the log names to its end.</summary>
    public static void Verify(ImportedAuditLog log, Stream entries, string path, IModel model)
    {
        var (place, hash) = (log.StartSequence, log.StartHash);
        var reader = ReaderOf<AuditEntry>(model);
        var lines = new ArchiveLines(entries, path);
        while (lines.Next() is { } line)
        {
            using (line)
            {
                var entry = (AuditEntry)reader.Read(line.RootElement, lines.Refused).Build();
                s_tenant.SetValue(entry, log.SourceId);
                if (AuditChain.Fault(entry, place, hash) is { } fault)
                {
                    throw Broken($"entry {fault.Sequence}: {fault.Problem.TrimEnd('.')}");
                }

                (place, hash) = (entry.Sequence, entry.Hash);
            }
        }

        if (place != log.EndSequence || hash != log.EndHash)
        {
            throw Broken($"it ends at entry {place}, and should end at {log.EndSequence} with another hash");
        }
    }

    private static List<T> Rows<T>(ArchiveReader archive, IModel model)
        where T : class
    {
        List<T> rows = [];
        var path = PathOf<T>(model);
        if (archive.Files.Any(f => f.Path == path))
        {
            using var table = archive.OpenFile(path);
            var lines = new ArchiveLines(table, path);
            while (rows.Count < 10_000 && lines.Next() is { } line)
            {
                using (line)
                {
                    rows.Add((T)ReaderOf<T>(model).Read(line.RootElement, lines.Refused).Build());
                }
            }
        }

        return rows;
    }

    private static ArchiveRowReader ReaderOf<T>(IModel model) => new(EntityOf<T>(model));

    private static string PathOf<T>(IModel model) => ArchiveContent.PathOf(EntityOf<T>(model));

    private static IEntityType EntityOf<T>(IModel model) => model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException(typeof(T).Name);

    private static PortalException Broken(string how) => ArchiveReader.Refused($"Its audit log is not as it was written: {how}.");
}
