using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portal.Features.Leave;

/// <summary>What stays somewhere in spite of the erasure, and why.</summary>
public sealed record KeptPart(string Where, string What, string Why);

/// <summary>What was removed where, and what stays. It holds ids and numbers, nothing that the organisation wrote.</summary>
public sealed record ErasureReceipt(
    string Id, string OrganizationId, DateTime AskedAt, DateTime BegunAt, DateTime EndedAt, IReadOnlyDictionary<string, long> Rows,
    int Files, long FileBytes, int Mails, int Work, IReadOnlyList<VendorTrace> Vendor, IReadOnlyList<UsageSum> Usage, IReadOnlyList<KeptPart> Kept)
{
    private static readonly KeptPart[] s_kept =
    [
        new("Google", "The record of each tuning job", "Vertex AI has no way to delete one. It holds settings, statistics, and samples of a few training messages; only deleting the Google project removes it."),
        new("Google", "Prompts logged for abuse monitoring", "Google may log prompts for a time under its terms of service, and keeps a cache in memory for up to 24 hours; the portal cannot reach either."),
        new("Google", "Request logs", "Where somebody switched on request logging in the Google project, its BigQuery tables belong to that project."),
        new("The platform's books", "Sums of usage by month and meter", "Commercial and tax law ask for them. They are the ones in this receipt: no names, no content."),
        new("Stripe", "Invoices and payments", "Where any were issued, the law asks the seller to keep them."),
        new("Consultancies", "Their own audit logs", "What their people did for this organization is part of their records, and names it."),
        new("People", "Their sign-in to the portal", "It belongs to the person, who may be a member elsewhere. Each can ask for its removal."),
        new("The database", "Backups, and pages not yet written over", "They pass with the time for which whoever runs the portal keeps backups."),
        new("The platform", "Its own log", "What the platform's admins did to this organization, such as a suspension, is the platform's record and names it."),
        new("The platform", "This receipt", "It proves that the organization was erased, when, and by whom."),
    ];

    public static ErasureReceipt Of(OrganizationErasure erasure, DateTime now)
    {
        var ledger = erasure.Ledger;
        return new ErasureReceipt(
            erasure.Id, erasure.TenantId, erasure.AskedAt, erasure.BegunAt ?? now, now, ledger.Rows, ledger.Files, ledger.FileBytes, ledger.Mails, ledger.Work,
            ledger.Vendor, ledger.Usage, s_kept);
    }

    public static ErasureReceipt Parse(string stored) =>
        JsonSerializer.Deserialize<ErasureReceipt>(stored, ArchiveManifest.Json) ?? throw new InvalidOperationException("A receipt is empty.");

    public (string Json, string Hash) Seal()
    {
        var json = JsonSerializer.Serialize(this, ArchiveManifest.Json);
        return (json, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
    }
}
