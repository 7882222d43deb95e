using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>The rows of an import with what was found about them.</summary>
internal static class ImportedRows
{
    /// <summary>Deletes them in ranges of the key: one statement over a million rows would keep every page waiting.</summary>
    /// <param name="renew">Called before each range of rows.</param>
    public static async Task DeleteAsync(PortalDbContext db, string importId, int atOnce, Func<Task> renew, CancellationToken ct)
    {
        var last = await db.Examples.Where(e => e.ImportId == importId).MaxAsync(e => (int?)e.Number, ct) ?? 0;
        foreach (var findingId in await db.Findings.Where(f => f.ImportId == importId).Select(f => f.Id).ToListAsync(ct))
        {
            for (var from = 0; from <= last; from += atOnce * 5)
            {
                var to = from + (atOnce * 5);
                await db.FindingRows.Where(r => r.FindingId == findingId && r.Number >= from && r.Number < to).ExecuteDeleteAsync(ct);
            }

            await db.Findings.Where(f => f.Id == findingId).ExecuteDeleteAsync(ct);
        }

        for (var from = 0; from <= last; from += atOnce)
        {
            var to = from + atOnce;
            await renew();
            await db.Examples.Where(e => e.ImportId == importId && e.Number >= from && e.Number < to).ExecuteDeleteAsync(ct);
        }
    }
}
