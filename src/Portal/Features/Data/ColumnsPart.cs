using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>
/// Which columns were the input, the answer, the group, the date, the slice and the split. Their names are the header of somebody's file,
/// so they go along only where somebody has looked at them.
/// </summary>
public sealed class ColumnsPart(IDbContextFactory<PortalDbContext> dbs) : IPlaybookPart
{
    /// <summary>Under which a project's start keeps it.</summary>
    public const string StoredAs = "columns";

    public string Key => StoredAs;

    public string Name => "Column map, slices and split";

    public string Advice => "These are names of columns as the uploaded file has them. They are proposed for a file that has the same ones.";

    public async Task<string?> ReadAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var stored = await db.DatasetImports.AsNoTracking().Where(i => i.ProjectId == projectId && i.MappingJson != "")
            .OrderByDescending(i => i.UploadedAt).ThenByDescending(i => i.Id).Select(i => i.MappingJson).FirstOrDefaultAsync(ct);
        // Written anew from what is known of it, and so from what is shown.
        return ColumnMapping.Parse(stored ?? "")?.ToStored();
    }

    public IReadOnlyList<(string Name, string Value)> Show(string settings) => [.. ColumnMapping.Parse(settings)?.Parts.Where(p => p.Value is not "") ?? []];
}
