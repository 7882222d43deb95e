using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>Copies of rows: examples in prompts, and what models answered to them. Scores and hashes stay, so that what was measured remains what was measured.</summary>
internal static class PersonTexts
{
    /// <summary>The examples of a prompt that are to go; how many those are.</summary>
    public static async Task<int> RemoveShotsAsync(PortalDbContext db, Recipe recipe, Func<Shot, bool> isGone, bool remove, CancellationToken ct)
    {
        var kept = recipe.Shots.Where(s => !isGone(s)).ToArray();
        if (remove && kept.Length < recipe.Shots.Count)
        {
            var json = JsonSerializer.Serialize(kept);
            await db.Recipes.Where(r => r.Id == recipe.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.ShotsJson, json), ct);
        }

        return recipe.Shots.Count - kept.Length;
    }

    public static async Task<int> RemoveShotsAsync(PortalDbContext db, string projectId, Func<Shot, bool> isGone, CancellationToken ct)
    {
        var removed = 0;
        foreach (var recipe in await db.Recipes.AsNoTracking().Where(r => r.ProjectId == projectId && r.ShotsJson != "[]").ToListAsync(ct))
        {
            removed += await RemoveShotsAsync(db, recipe, isGone, remove: true, ct);
        }

        return removed;
    }

    public static async Task<int> BlankAnswersAsync(PortalDbContext db, string versionId, List<int> numbers, CancellationToken ct)
    {
        var runs = db.CandidateRuns.Where(r => r.VersionId == versionId).Select(r => r.Id);
        return await db.CandidateAnswers.Where(a => runs.Contains(a.RunId) && numbers.Contains(a.Number) && a.Answer != "").ExecuteUpdateAsync(set => set.SetProperty(a => a.Answer, ""), ct);
    }
}
