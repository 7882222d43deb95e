using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>What code compares new rows with: the sealed rows of a version, each with its turns where files are in them.</summary>
internal static class SealedInputs
{
    public static async IAsyncEnumerable<(string Input, string? Content)> OfAsync(
        PortalDbContext db, string? versionId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var rows = db.FrozenExamples.AsNoTracking().Where(e => e.VersionId == versionId && e.Split == Split.Test).OrderBy(e => e.Number)
            .Select(e => new { e.Input, Content = e.Content != null && e.Content.Contains(MediaAddress.Mark) ? e.Content : null });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(ct))
        {
            yield return (row.Input, row.Content);
        }
    }
}
