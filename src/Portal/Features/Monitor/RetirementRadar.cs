using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>A base model with a day of its end, and what of a project ends with it.</summary>
/// <param name="Live">The deployments of it that answer callers now.</param>
/// <param name="Tuned">How many models of the project were tuned on it.</param>
/// <param name="Successor">What to go on with; null where the catalogue has nothing that can be tuned.</param>
public sealed record RetiringModel(string ProjectId, string ProjectName, CatalogueModel Model, DateTime RetiresAt, IReadOnlyList<string> Live, int Tuned, CatalogueModel? Successor)
{
    public int DaysLeft(DateTime now) => (int)Math.Ceiling((RetiresAt - now).TotalDays);
}

/// <summary>
/// Holds the catalogue's dates against what is deployed and tuned. What is tuned on a base model ends with it, so a successor must be
/// tuned, evaluated and deployed before that day.
/// </summary>
public sealed class RetirementRadar(IDbContextFactory<PortalDbContext> dbs, TimeProvider time) : IProjectNotices
{
    /// <summary>From when on it is told: first, and once more.</summary>
    public const int FirstMark = 90;
    public const int LastMark = 30;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<ProjectNotice>> ReadAsync(string? projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = Now;
        return [.. (await FindAsync(db, projectId, now.AddDays(FirstMark), ct)).Select(r =>
            new ProjectNotice(r.ProjectId, r.ProjectName, Sentence(r, now), Remedy(r), "model", r.DaysLeft(now) <= LastMark))];
    }

    /// <summary>All of a project with a day of their end, however far.</summary>
    internal async Task<IReadOnlyList<RetiringModel>> OfProjectAsync(string projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await FindAsync(db, projectId, DateTime.MaxValue, ct);
    }

    /// <param name="projectId">Null is every project that the context shows.</param>
    internal static async Task<IReadOnlyList<RetiringModel>> FindAsync(PortalDbContext db, string? projectId, DateTime until, CancellationToken ct)
    {
        var models = await db.CatalogueModels.AsNoTracking().ToListAsync(ct);
        var ending = models.Where(m => m.RetiresAt <= until).ToDictionary(m => m.Id, StringComparer.Ordinal);
        if (ending.Count is 0)
        {
            return [];
        }

        var ids = ending.Keys.ToList();
        var live = await (
            from endpoint in db.Endpoints.AsNoTracking().Where(e => projectId == null || e.ProjectId == projectId)
            join deployment in db.Deployments on endpoint.Id equals deployment.EndpointId
            where (endpoint.LiveDeploymentId == deployment.Id || endpoint.CanaryDeploymentId == deployment.Id) && ids.Contains(deployment.BaseModelId)
            select new { deployment.ProjectId, deployment.BaseModelId, endpoint.Name, deployment.Number }).ToListAsync(ct);
        var tuned = await db.Set<Candidate>().AsNoTracking().Where(c => (projectId == null || c.ProjectId == projectId) && c.Rung == Rung.Tuned && ids.Contains(c.BaseModelId))
            .GroupBy(c => new { c.ProjectId, c.BaseModelId }).Select(g => new { g.Key.ProjectId, g.Key.BaseModelId, Count = g.Count() }).ToListAsync(ct);
        var places = live.Select(l => (l.ProjectId, l.BaseModelId)).Union(tuned.Select(t => (t.ProjectId, t.BaseModelId))).ToList();
        var projects = places.Select(p => p.ProjectId).Distinct().ToList();
        var names = await db.Set<Project>().Where(p => projects.Contains(p.Id)).ToDictionaryAsync(p => p.Id, p => p.Name, ct);
        return
        [
            .. places.Select(p => new RetiringModel(
                p.ProjectId, names.GetValueOrDefault(p.ProjectId, ""), ending[p.BaseModelId], ending[p.BaseModelId].RetiresAt ?? until,
                [.. live.Where(l => (l.ProjectId, l.BaseModelId) == p).Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.Name}@{l.Number}")).Order(StringComparer.Ordinal)],
                tuned.Where(t => (t.ProjectId, t.BaseModelId) == p).Sum(t => t.Count), SuccessorOf(ending[p.BaseModelId], models, db.Now)))
                .OrderBy(r => r.RetiresAt).ThenBy(r => r.ProjectName, StringComparer.CurrentCulture).ThenBy(r => r.Model.Id, StringComparer.Ordinal),
        ];
    }

    public static string Sentence(RetiringModel model, DateTime now)
    {
        var day = model.RetiresAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var ends = model.DaysLeft(now) switch
        {
            <= 0 => $"{model.Model.DisplayName} retired on {day}.",
            1 => $"{model.Model.DisplayName} retires on {day}, within a day.",
            var days => $"{model.Model.DisplayName} retires on {day}, in {days} days.",
        };
        var tuned = model.Tuned is 1 ? "1 tuned model ends" : $"{model.Tuned} tuned models end";
        return ends + (model.Live.Count is 0 ? "" : $" {string.Join(", ", model.Live)} {(model.Live.Count is 1 ? "is" : "are")} answered by it.") + (model.Tuned is 0 ? "" : $" {tuned} with it.");
    }

    public static string Remedy(RetiringModel model) => (model.Successor, model.Tuned) switch
    {
        (null, _) => "Look for another model",
        ({ } next, 0) => $"Move to {next.DisplayName}",
        ({ } next, _) => $"Re-tune on {next.DisplayName}",
    };

    /// <summary>The one that the catalogue names, else the one of the same tier, or of the nearest, that can be tuned and stays longest.</summary>
    internal static CatalogueModel? SuccessorOf(CatalogueModel model, IReadOnlyList<CatalogueModel> models, DateTime now)
    {
        var stays = models.Where(m => m.Id != model.Id && m.IsTunable && (m.AvailableAt is null || m.AvailableAt <= now) && (m.RetiresAt is null || m.RetiresAt > model.RetiresAt)).ToList();
        return stays.Find(m => m.Id == model.SuccessorId)
            ?? stays.OrderBy(m => Math.Abs((int)m.Tier - (int)model.Tier)).ThenByDescending(m => m.RetiresAt ?? DateTime.MaxValue).ThenByDescending(m => m.Id, StringComparer.Ordinal).FirstOrDefault();
    }
}
