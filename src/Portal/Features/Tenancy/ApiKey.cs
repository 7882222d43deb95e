using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// A secret of an organization's, with which a program acts for it. The portal keeps its hash and the beginning by which people tell keys
/// apart. What it reaches is fixed when it is issued; how much it may use can be changed.
/// </summary>
public sealed class ApiKey : TenantOwned, IVersioned
{
    public const int NameLength = 80;
    public const int MostTargets = 100;

    private static readonly TimeSpan s_longestOverlap = TimeSpan.FromDays(90);

    /// <summary>The one project it reaches; null where it is several, or all of them.</summary>
    public string? ProjectId { get; init; }

    /// <summary>The projects it reaches, where they are several.</summary>
    public string? ProjectList { get; init; }

    /// <summary>The one endpoint it reaches in those projects; null where it is several, or all of them.</summary>
    public string? EndpointId { get; init; }

    /// <summary>The endpoints it reaches, where they are several.</summary>
    public string? EndpointList { get; init; }

    /// <summary>Set on the key of a smoke call alone: it reaches this one deployment, which is not live yet.</summary>
    public string? DeploymentId { get; init; }

    public required string Name { get; init; }

    public string VerbList { get; init; } = DefaultVerbs;

    public required string Prefix { get; set; }

    public required string Hash { get; set; }

    /// <summary>The secret before the last rotation, for as long as it still works; empty if none does.</summary>
    public string PreviousHash { get; private set; } = "";

    public string PreviousPrefix { get; private set; } = "";

    public DateTime? PreviousUntil { get; private set; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>Whoever knows the secret: who issued the key, or rotated it last.</summary>
    public string CreatedByUserId { get; private set; } = "";

    public string CreatedByName { get; private set; } = "";

    /// <summary>The engagement under which it was issued, and ends; empty for a member's.</summary>
    public string ViaId { get; private set; } = "";

    public DateTime? RotatedAt { get; private set; }

    public int? RequestsPerMinute { get; private set; }

    public int? TokensPerMinute { get; private set; }

    /// <summary>Of a build that counted nothing against it. A key's budget is a <see cref="Billing.Budget"/>; archives of that time still have this one.</summary>
    public long? MonthlyBudgetMicros { get; private set; }

    public DateTime? ExpiresAt { get; private set; }

    public string AllowedAddresses { get; private set; } = "";

    public DateTime? LastUsedAt { get; private set; }

    public DateTime? RevokedAt { get; private set; }

    public string RevokedByName { get; private set; } = "";

    public long Version { get; private set; }

    public IReadOnlyList<KeyVerb> Verbs => [.. Split(VerbList).Select(Enum.Parse<KeyVerb>)];

    /// <summary>Null is every project.</summary>
    public IReadOnlyList<string>? ProjectIds => ProjectList is not null ? Split(ProjectList) : ProjectId is null ? null : [ProjectId];

    /// <summary>Null is every endpoint of its projects.</summary>
    public IReadOnlyList<string>? EndpointIds => EndpointList is not null ? Split(EndpointList) : EndpointId is null ? null : [EndpointId];

    internal const string DefaultVerbs = "Generate,CountTokens,ListModels";

    public bool IsPreviousAlive(DateTime now) => PreviousHash is not "" && PreviousUntil > now;

    public bool IsExpired(DateTime now) => ExpiresAt <= now;

    /// <summary>What is left of its verbs: one stands whole or not at all.</summary>
    /// <param name="issuer">What the consultant who issued it may do now; null for a member's key, which is the organization's own.</param>
    public IReadOnlySet<KeyVerb> VerbsBy(Access? issuer) => Verbs.Where(v => issuer is null || v.Permissions().All(issuer.May)).ToHashSet();

    /// <summary>What its holder may do now, and on which projects.</summary>
    /// <param name="issuer">As for the verbs.</param>
    public Access AccessBy(Access? issuer) => new(
        AccessKind.Key, VerbsBy(issuer).SelectMany(v => v.Permissions()).ToHashSet(),
        issuer?.ProjectIds is { } granted ? [.. ProjectIds?.Where(granted.Contains) ?? granted] : ProjectIds, ViaId: ViaId);

    public static string CheckedName(string name)
    {
        name = name.Trim();
        return name is not "" && name.Length <= NameLength
            ? name
            : throw new PortalException($"A key needs a name of 1 to {NameLength} characters that says who uses it: \"Support desk, production\".");
    }

    /// <summary>Ids as two columns: one that can be asked for, or a list. Neither is all.</summary>
    public static (string? One, string? Several) OneOrSeveral(IEnumerable<string>? ids) => ids?.Distinct().Order(StringComparer.Ordinal).ToArray() switch
    {
        null => (null, null),
        [var only] => (only, null),
        var several => (null, string.Join(',', several)),
    };

    public void IssuedBy(string userId, string name, string viaId) => (CreatedByUserId, CreatedByName, ViaId) = (userId, name, viaId);

    public void Limit(KeyLimits limits, DateTime now)
    {
        limits.Require(now);
        (RequestsPerMinute, TokensPerMinute) = (limits.RequestsPerMinute, limits.TokensPerMinute);
        (ExpiresAt, AllowedAddresses) = (limits.ExpiresAt, KeyNetworks.Checked(limits.AllowedAddresses));
    }

    /// <summary>Gives it a new secret. The one until now works until then, and what one was before that no more.</summary>
    public void Rotate(string prefix, string hash, DateTime oldUntil, DateTime now)
    {
        RequireAlive();
        if (oldUntil > now + s_longestOverlap)
        {
            throw new PortalException($"The old secret can go on for up to {s_longestOverlap.Days} days. Choose an earlier time.");
        }

        (PreviousPrefix, PreviousHash, PreviousUntil) = oldUntil > now ? (Prefix, Hash, oldUntil) : ("", "", (DateTime?)null);
        (Prefix, Hash, RotatedAt) = (prefix, hash, now);
    }

    public void Revoke(string byName, DateTime at)
    {
        if (RevokedAt is null)
        {
            (RevokedAt, RevokedByName) = (at, byName);
            (PreviousPrefix, PreviousHash, PreviousUntil) = ("", "", null);
        }
    }

    public void RequireAlive()
    {
        if (RevokedAt is not null)
        {
            throw new PortalException("This key is revoked. Issue a new one instead.");
        }
    }

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>
/// Says whose a secret is, before any tenant is known. Global for that reason, and nothing but that: revoking a key removes its rows,
/// so an unknown and a revoked key cannot be told apart.
/// </summary>
public sealed class ApiKeyIndex
{
    public required string Hash { get; init; }

    public required string TenantId { get; init; }

    public required string KeyId { get; init; }
}

internal sealed class ApiKeyMapping : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.HasPublicId("key");
        builder.Property(k => k.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.ProjectList).HasMaxLength(4_000);
        builder.Property(k => k.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.EndpointList).HasMaxLength(4_000);
        builder.Property(k => k.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.Name).HasMaxLength(ApiKey.NameLength);
        // The default is what keys could do before they had verbs.
        builder.Property(k => k.VerbList).HasMaxLength(200).HasDefaultValue(ApiKey.DefaultVerbs);
        builder.Property(k => k.Prefix).HasMaxLength(40);
        builder.Property(k => k.Hash).HasMaxLength(KeySecret.HashLength);
        builder.Property(k => k.PreviousPrefix).HasMaxLength(40);
        builder.Property(k => k.PreviousHash).HasMaxLength(KeySecret.HashLength);
        builder.Property(k => k.CreatedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.CreatedByName).HasMaxLength(200);
        builder.Property(k => k.ViaId).HasMaxLength(PublicId.MaxLength);
        builder.Property(k => k.AllowedAddresses).HasMaxLength(3_000);
        builder.Property(k => k.RevokedByName).HasMaxLength(200);
        builder.Ignore(k => k.Verbs).Ignore(k => k.ProjectIds).Ignore(k => k.EndpointIds);
        builder.HasIndex(k => new { k.TenantId, k.ProjectId });
        builder.HasIndex(k => new { k.TenantId, k.DeploymentId });
    }
}

internal sealed class ApiKeyIndexMapping : IEntityTypeConfiguration<ApiKeyIndex>
{
    public void Configure(EntityTypeBuilder<ApiKeyIndex> builder)
    {
        builder.HasKey(i => i.Hash);
        builder.Property(i => i.Hash).HasMaxLength(KeySecret.HashLength);
        builder.Property(i => i.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.KeyId).HasMaxLength(PublicId.MaxLength);
        builder.HasOne<ApiKey>().WithMany().HasForeignKey(i => new { i.TenantId, i.KeyId });
    }
}

public static class KeyTables
{
    extension(PortalDbContext db)
    {
        public DbSet<ApiKey> ApiKeys => db.Set<ApiKey>();

        public DbSet<ApiKeyIndex> ApiKeyIndex => db.Set<ApiKeyIndex>();

        public DbSet<IdempotentAnswer> IdempotentAnswers => db.Set<IdempotentAnswer>();
    }
}
