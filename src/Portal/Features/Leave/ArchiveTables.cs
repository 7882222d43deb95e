using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>A row as it is to be saved here, and where in the archive it stands.</summary>
internal sealed record TakenRow(object Entity, string Table, int Line);

/// <summary>
/// All rows of an archive that are taken in, whatever a row refers to before the row itself. Each is checked as it comes: its columns,
/// its references, its file, and what its entity makes of it.
/// </summary>
internal sealed class ArchiveTables(ArchiveReader archive, IModel model, ImportBlobs blobs)
{
    /// <summary>Their ids are held in memory.</summary>
    private const int MostReferredTo = 1_000_000;

    private readonly Dictionary<IEntityType, HashSet<string>> _known = [];
    private readonly TenantEntities _order = TenantEntities.Of(model);

    public IEnumerable<TakenRow> Read()
    {
        var inArchive = archive.Manifest.Tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
        foreach (var entity in _order.ParentFirst.Where(e => inArchive.ContainsKey(e.ClrType.Name) && !ImportRules.NotBrought.ContainsKey(e.ClrType.Name)))
        {
            foreach (var row in Read(entity, inArchive[entity.ClrType.Name]))
            {
                yield return row;
            }
        }
    }

    private IEnumerable<TakenRow> Read(IEntityType entity, ArchivedTable table)
    {
        var reader = new ArchiveRowReader(model.FindEntityType(ImportRules.TakenAs(entity.ClrType)) ?? throw new InvalidOperationException(entity.Name));
        var keys = IsReferredTo(entity) ? _known[entity] = new HashSet<string>(StringComparer.Ordinal) : null;
        using var file = archive.OpenFile(table.Path);
        var lines = new ArchiveLines(file, table.Path);
        while (lines.Next() is { } line)
        {
            using (line)
            {
                if (lines.Number > table.Rows || keys?.Count > MostReferredTo)
                {
                    throw ArchiveReader.Refused($"{table.Path} has more rows than {(keys?.Count > MostReferredTo ? "can be taken in" : "its manifest says")}.");
                }

                yield return new TakenRow(Take(reader, reader.Read(line.RootElement, lines.Refused), keys, lines), table.Name, lines.Number);
            }
        }

        if (lines.Number != table.Rows)
        {
            throw ArchiveReader.Refused($"{table.Path} has {lines.Number:N0} rows, and its manifest says {table.Rows:N0}.");
        }
    }

    private object Take(ArchiveRowReader reader, ArchivedRow row, HashSet<string>? keys, ArchiveLines lines)
    {
        try
        {
            ImportRules.Apply(row, archive.Manifest.ExportedAt);
        }
        catch (PortalException rule)
        {
            throw lines.Refused(ArchiveReader.Shown(rule.Message.TrimEnd('.')), rule);
        }

        blobs.Apply(row, lines.Refused);
        foreach (var reference in row.Entity.GetForeignKeys().Where(k => typeof(ITenantOwned).IsAssignableFrom(k.PrincipalEntityType.ClrType)))
        {
            var column = reference.Properties[^1].Name;
            if (row[column] is string id && (_order.Loose.Contains(reference) || !_known.TryGetValue(reference.PrincipalEntityType, out var known) || !known.Contains(id)))
            {
                throw lines.Refused($"{column} names a row of {reference.PrincipalEntityType.ClrType.Name} that is not in the archive: {id}", null);
            }
        }

        if (keys?.Add(row.Text("Id")) is false)
        {
            throw lines.Refused($"it stands there twice: {row.Text("Id")}", null);
        }

        try
        {
            var built = row.Build();
            reader.Try(built, lines.Refused);
            if (built is ImportedAuditLog log)
            {
                var path = blobs.PathOf(log.BlobName) ?? throw lines.Refused("the file of its audit log is not in the archive", null);
                using var entries = archive.OpenFile(path);
                ImportedChain.Verify(log, entries, path, model);
            }

            return built;
        }
        catch (Exception wrong) when (wrong is ArgumentException or ArithmeticException)
        {
            throw lines.Refused("its columns do not fit together", wrong);
        }
    }

    private static bool IsReferredTo(IEntityType entity) => entity.GetReferencingForeignKeys().Any(k => typeof(ITenantOwned).IsAssignableFrom(k.DeclaringEntityType.ClrType));
}
