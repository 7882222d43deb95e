using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Whether an organisation is as it was founded: people, ways to sign in, exports and its log of these may be there, and no work. Asked of
/// the model, so that a table nobody thought of stands in the way.
/// </summary>
internal static class EmptyOrganization
{
    /// <summary>So many are named; what else is there would not be read.</summary>
    private const int Named = 4;

    private static readonly FrozenSet<string> s_founding = FrozenSet.Create(
        nameof(AuditEntry), nameof(AuditHead), nameof(AuditCheckpoint), nameof(OrganizationExport), nameof(OrganizationImport),
        "FormerMember", "IdentityProvider", "Invitation", "OrganizationDomain", "OutgoingMail");

    private static readonly FrozenDictionary<string, (string One, string Many)> s_words = new Dictionary<string, (string One, string Many)>
    {
        ["Project"] = ("project", "projects"),
        ["TaskDefinition"] = ("task", "tasks"),
        ["Dataset"] = ("dataset", "datasets"),
        ["DatasetImport"] = ("data file", "data files"),
        ["DatasetVersion"] = ("version", "versions"),
        ["UsageEvent"] = ("usage event", "usage events"),
        ["ImportedUsage"] = ("imported usage event", "imported usage events"),
        ["ImportedAuditLog"] = ("imported audit log", "imported audit logs"),
        ["TuningJob"] = ("tuning", "tunings"),
        ["Deployment"] = ("deployment", "deployments"),
        ["Upload"] = ("upload under way", "uploads under way"),
    }.ToFrozenDictionary();

    /// <summary>What is here that was not there at the founding, with its number, such as "3 projects"; of much, the first kinds.</summary>
    public static async Task<IReadOnlyList<string>> ObstaclesAsync(PortalDbContext db, CancellationToken ct)
    {
        List<string> found = [];
        foreach (var entity in TenantEntities.Of(db.Model).ParentFirst.Where(e => !s_founding.Contains(e.ClrType.Name)).OrderBy(e => s_words.ContainsKey(e.ClrType.Name) ? 0 : 1))
        {
            if (found.Count < Named && await new ArchiveRows(db, entity).CountAsync(ct) is > 0 and var count)
            {
                var (one, many) = s_words.GetValueOrDefault(entity.ClrType.Name, ($"row of {entity.ClrType.Name}", $"rows of {entity.ClrType.Name}"));
                found.Add($"{Show.Count(count)} {(count is 1 ? one : many)}");
            }
        }

        if (found.Count < Named && await db.Set<AuditEntry>().CountAsync(e => e.ProjectId != null, ct) is > 0 and var acts)
        {
            found.Add($"{Show.Count(acts)} {(acts is 1 ? "act on a project" : "acts on projects")} in the audit log");
        }

        return found;
    }

    public static string Refusal(IReadOnlyList<string> obstacles) =>
        $"An archive is only taken into an empty organization, so that every figure stays what it was. Here there is already: {string.Join(", ", obstacles)}. Import it into an organization without work in it.";
}
