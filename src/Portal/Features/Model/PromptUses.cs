using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Model;

/// <summary>Prompts that were made for a version; those with examples carry rows of it.</summary>
public sealed class PromptUses(IDbContextFactory<PortalDbContext> dbs) : IVersionUses
{
    public async Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var prompts = await db.Candidates.AsNoTracking().Where(c => c.ProjectId == projectId && c.Rung != Rung.Tuned && c.VersionId != null).OrderBy(c => c.CreatedAt).ThenBy(c => c.Id).ToListAsync(ct);
        return [.. prompts.Select(c => new VersionUse(
            VersionUseKind.Prompt, c.Id, c.VersionId, null, c.Name, c.Rung is Rung.FewShot ? "Some training rows stand in its prompt" : "No row stands in its prompt", c.CreatedAt, HasLearnt: false))];
    }
}
