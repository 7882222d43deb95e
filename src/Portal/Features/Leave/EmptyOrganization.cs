using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
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
        "BillingAccount", "BillingInvoice", "Budget", "FormerMember", "IdentityProvider", "Invitation", "OrganizationDomain", "OutgoingMail", "UsageReconciliation");

    /// <summary>In the order in which they are named.</summary>
    private static readonly (string Table, string One)[] s_words =
    [
        ("Project", "project"),
        ("Playbook", "playbook"),
        ("TaskDefinition", "task"),
        ("Dataset", "dataset"),
        ("DatasetImport", "data file"),
        ("DatasetVersion", "version"),
        ("UsageEvent", "usage event"),
        ("ImportedUsage", "imported usage event"),
        ("ImportedAuditLog", "imported audit log"),
        ("TuningJob", "tuning"),
        ("Deployment", "deployment"),
        ("Upload", "unfinished upload"),
    ];

    /// <summary>What is here that was not there at the founding, with its number, such as "3 projects"; of much, the first kinds.</summary>
    public static async Task<IReadOnlyList<string>> ObstaclesAsync(PortalDbContext db, CancellationToken ct)
    {
        List<string> found = [];
        foreach (var entity in TenantEntities.Of(db.Model).ParentFirst.Where(e => !s_founding.Contains(e.ClrType.Name)).OrderBy(PlaceOf))
        {
            if (found.Count < Named && await new ArchiveRows(db, entity).CountAsync(ct) is > 0 and var count)
            {
                found.Add(Array.Find(s_words, w => w.Table == entity.ClrType.Name).One is { } one
                    ? ImportWords.Count(count, one) : ImportWords.Count(count, $"row of {entity.ClrType.Name}", $"rows of {entity.ClrType.Name}"));
            }
        }

        if (found.Count < Named && await db.Set<AuditEntry>().CountAsync(e => e.ProjectId != null, ct) is > 0 and var acts)
        {
            found.Add(ImportWords.Count(acts, "act on a project in the audit log", "acts on projects in the audit log"));
        }

        return found;
    }

    public static string Refusal(IReadOnlyList<string> obstacles) =>
        $"An archive is only taken into an empty organization, so that every figure stays what it was. Here there is already: {string.Join(", ", obstacles)}. Import it into an organization without work in it.";

    private static int PlaceOf(IEntityType entity) => Array.FindIndex(s_words, w => w.Table == entity.ClrType.Name) is >= 0 and var place ? place : s_words.Length;
}
