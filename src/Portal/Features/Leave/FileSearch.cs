using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// Which uploaded files hold a value, imported or not. A file goes as a whole: to cut a row out of a workbook or an archive and to prove
/// that nothing of it stayed is more than anybody should be asked to believe, and the other rows are in the dataset.
/// </summary>
public sealed class FileSearch(IDbContextFactory<PortalDbContext> dbs, BlobStore blobs, SourceReader readers)
{
    /// <param name="concerned">Imports and versions with rows that were found: their files hold these rows, whatever they look like there.</param>
    internal async Task<PersonLedger> FindAsync(PersonLedger ledger, HashSet<string> concerned, PersonMatch match, Func<Task> renew, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var imports = await db.DatasetImports.AsNoTracking().OrderBy(i => i.UploadedAt).ToListAsync(ct);
        foreach (var file in imports.GroupBy(i => i.BlobName).Where(f => blobs.Exists(f.Key)))
        {
            var first = file.First();
            var why = file.Any(i => concerned.Contains(i.Id)) ? "rows of it were found" : null;
            foreach (var import in why is null ? file.DistinctBy(i => i.Layout) : [])
            {
                why ??= await WhyAsync(import, match, renew, ct);
            }

            if (why is not null)
            {
                ledger.Files.Add(new FoundFile(file.Key, first.FileName, first.Length, first.Sha256, why));
            }
            else if (first.Container is SourceContainer.Zip || first.Format is SourceFormat.Xlsx)
            {
                ledger.PartlySearched.Add(first.FileName);
            }
        }

        return ledger;
    }

    /// <summary>Null where nothing is in it. What cannot be read cannot be said to hold nothing.</summary>
    private async Task<string?> WhyAsync(DatasetImport import, PersonMatch match, Func<Task> renew, CancellationToken ct)
    {
        try
        {
            await using var file = blobs.OpenRead(import.BlobName);
            using var source = readers.OpenForWork(file, import.Layout, ct);
            using var records = source.Rows(import.Layout);
            for (var read = 1; records.Read(); read++)
            {
                ct.ThrowIfCancellationRequested();
                if (records.Values.Any(match.IsIn) || match.IsInAny(records.Content, records.Raw))
                {
                    return "it holds what is looked for";
                }

                if (read % 5_000 is 0)
                {
                    await renew();
                }
            }

            return records.Columns.Any(match.IsIn) ? "the names of its columns hold what is looked for" : null;
        }
        catch (PortalException)
        {
            return "it cannot be read, so nobody can say what is in it";
        }
    }
}
