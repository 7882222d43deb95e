using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>The files of a version's rows, noted while the rows are copied.</summary>
internal sealed class FrozenMedia
{
    private readonly HashSet<(Split Split, string Sha256)> _files = [];

    public void Add(Split split, string? content)
    {
        foreach (var hash in MediaAddress.HashesIn(content))
        {
            _files.Add((split, hash));
        }
    }

    /// <summary>From here on the files belong to the version. Whoever froze it before and died left nothing that counts.</summary>
    public async Task SaveAsync(IDbContextFactory<PortalDbContext> dbs, DatasetVersion version, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.VersionMedia.Where(v => v.VersionId == version.Id).ExecuteDeleteAsync(ct);
        if (_files.Count is 0)
        {
            return;
        }

        var ids = await db.MediaFiles.AsNoTracking().Where(m => m.ProjectId == version.ProjectId).Select(m => new { m.Sha256, m.Id }).ToDictionaryAsync(m => m.Sha256, m => m.Id, ct);
        foreach (var (split, hash) in _files)
        {
            var id = ids.GetValueOrDefault(hash) ?? throw new PortalException("A file that rows name is no longer there. Import the ZIP again, then freeze.");
            db.VersionMedia.Add(new VersionMedia { VersionId = version.Id, MediaId = id, Split = split });
        }

        await db.SaveChangesAsync(ct);
    }
}
