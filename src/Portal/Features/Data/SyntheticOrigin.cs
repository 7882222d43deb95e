using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Where a synthetic row comes from.</summary>
/// <param name="AugmentationId">The run that wrote it.</param>
/// <param name="Seeds">The rows that the model was shown.</param>
public sealed record SyntheticOrigin(string AugmentationId, string WriterName, DateTime WrittenAt, string AcceptedByName, IReadOnlyList<int> Seeds)
{
    public string Words => $"Written by {WriterName} on {WrittenAt:yyyy-MM-dd} from the rows {string.Join(", ", Seeds)}{(AcceptedByName is "" ? "" : $", accepted by {AcceptedByName}")}";

    /// <summary>By the number of each synthetic row of an import, the rows that it was made from.</summary>
    internal static async Task<Dictionary<int, IReadOnlyList<int>>> SeedsAsync(IDbContextFactory<PortalDbContext> dbs, string? importId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var runs = db.Augmentations.Where(a => a.ImportId == importId).Select(a => a.Id);
        var accepted = await db.SyntheticDrafts.AsNoTracking().Where(d => runs.Contains(d.AugmentationId) && d.RowNumber != null).ToListAsync(ct);
        return accepted.ToDictionary(d => d.RowNumber ?? 0, d => d.Seeds);
    }

    /// <summary>Null for a row that people wrote, and for one that came back in a file that was downloaded here.</summary>
    internal static async Task<SyntheticOrigin?> FindAsync(PortalDbContext db, string importId, int number, CancellationToken ct)
    {
        var found = await (
            from draft in db.SyntheticDrafts.AsNoTracking()
            join run in db.Augmentations on draft.AugmentationId equals run.Id
            where run.ImportId == importId && draft.RowNumber == number
            select new { Draft = draft, run.Id, run.WriterName, run.CreatedAt }).FirstOrDefaultAsync(ct);
        return found is null ? null : new SyntheticOrigin(found.Id, found.WriterName, found.CreatedAt, found.Draft.DecidedByName, found.Draft.Seeds);
    }
}
