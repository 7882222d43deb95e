using Microsoft.EntityFrameworkCore.Metadata;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Which tables and columns an archive has: all of the model's that belong to the organisation, so that a new one is in it without being
/// named, but for these. Secrets are never in it.
/// </summary>
internal static class ArchiveContent
{
    /// <summary>The column in which any table says under what name the blob store keeps a file for it.</summary>
    public const string BlobColumn = "BlobName";

    public static readonly IReadOnlyDictionary<string, string> Withheld = new Dictionary<string, string>
    {
        ["BillingAccount"] = "what the organization is as a customer of this portal, which it is nowhere else",
        ["Budget"] = "what may be spent here, which is decided anew elsewhere; what was spent stands in UsageEvent",
        ["IdempotentAnswer"] = "what a program was answered within the last day; it says nothing later",
        ["OrganizationExport"] = "about archives, which are not part of one",
        ["OrganizationImport"] = "about archives, which are not part of one",
        ["PersonErasure"] = "what was looked for is encrypted by a key that stays here; its receipt is a file of its own",
        ["PersonErasureRow"] = "about an erasure that is not done",
        ["OutgoingMail"] = "mail on its way, encrypted by a key that stays here",
        ["RedactionKey"] = "a secret: it finds what was redacted",
        ["RedactedValue"] = "encrypted by a key that stays here; the uploaded files have the values themselves",
        ["RetirementNotice"] = "which mails this portal has written about the end of a base model",
        ["UsageDay"] = "sums of UsageEvent, added up again wherever they are asked for",
        ["UsageReconciliation"] = "what this portal and Stripe counted, compared",
        ["UsageReport"] = "how far Stripe was told of usage, by this portal",
        ["Upload"] = "a file on its way; what has arrived whole is an import",
        ["UploadPart"] = "a file on its way; what has arrived whole is an import",
        ["WebhookDelivery"] = "a message on its way, or what became of it; what it told of stands in AlertChange",
        ["AlertWebhook.PreviousProtectedSecret"] = "a secret, encrypted by a key that stays here",
        ["AlertWebhook.ProtectedSecret"] = "the same",
        ["ApiKey.Hash"] = "a secret; a key is known by its prefix",
        ["ApiKey.PreviousHash"] = "a secret; a key is known by its prefix",
        ["IdentityProvider.ProtectedSecret"] = "a secret, encrypted by a key that stays here",
        ["Invitation.TokenHash"] = "a secret",
        ["TuningJob.UploadSession"] = "a secret: whoever has it can write to the bucket",
    };

    /// <summary>Who works on a row at this moment says nothing later.</summary>
    private static readonly string[] s_passing = [nameof(ITenantOwned.TenantId), "LeaseToken", "LeaseUntil"];

    public static IReadOnlyList<IEntityType> TablesOf(IModel model) => [.. TenantEntities.Of(model).ParentFirst.Where(e => !Withheld.ContainsKey(e.ClrType.Name))];

    public static IReadOnlyList<IProperty> ColumnsOf(IEntityType entity) =>
        [.. entity.GetProperties().Where(p => !s_passing.Contains(p.Name) && !Withheld.ContainsKey($"{entity.ClrType.Name}.{p.Name}")).OrderBy(p => p.IsPrimaryKey() ? 0 : 1)];

    public static string PathOf(IEntityType entity) => $"tables/{entity.ClrType.Name}.jsonl";
}
