using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Persistence;

public enum AuditOutcome
{
    Done,
    Denied,
}

/// <summary>What an act was done to. The name is kept as it was then: the thing itself may be gone later.</summary>
public sealed record AuditTarget(string Kind, string Id, string Name = "", string? ProjectId = null);

/// <summary>
/// Who did what, when, to what. Written in the transaction of the act and never changed: each entry's hash covers the one
/// before it, so a changed, removed, added or reordered entry breaks the chain.
/// </summary>
public sealed class AuditEntry : IAppendOnly
{
    public const int DetailsLength = 2_000;

    public string TenantId { get; private set; } = "";

    /// <summary>1, 2, 3 … without gaps within an organisation; 0 until it is saved.</summary>
    public long Sequence { get; private set; }

    public DateTime At { get; init; }

    public string ActorId { get; init; } = "";

    public string ActorName { get; init; } = "";

    /// <summary>By what right somebody from outside acted: a consultancy's name, or a break-glass reason.</summary>
    public string Via { get; init; } = "";

    public string ViaId { get; init; } = "";

    public string Address { get; init; } = "";

    /// <summary>Noun and past verb, such as "project.created".</summary>
    public required string Action { get; init; }

    public AuditOutcome Outcome { get; init; }

    public string TargetKind { get; init; } = "";

    public string TargetId { get; init; } = "";

    public string TargetName { get; init; } = "";

    public string? ProjectId { get; init; }

    public string Details { get; init; } = "";

    public string PreviousHash { get; private set; } = "";

    public string Hash { get; private set; } = "";

    /// <summary>What the hash must be; each field is led by its length, so no two entries share a text.</summary>
    public string ComputeHash()
    {
        var text = new StringBuilder();
        foreach (var field in new[]
        {
            PreviousHash, TenantId, Sequence.ToString(CultureInfo.InvariantCulture), At.ToString("O", CultureInfo.InvariantCulture), ActorId, ActorName, Via, ViaId,
            Address, Action, Outcome.ToString(), TargetKind, TargetId, TargetName, ProjectId ?? "", Details,
        })
        {
            text.Append(CultureInfo.InvariantCulture, $"{field.Length}:{field}");
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    internal void Chain(string tenantId, long sequence, string previousHash)
    {
        (TenantId, Sequence, PreviousHash) = (tenantId, sequence, previousHash);
        Hash = ComputeHash();
    }
}

/// <summary>The end of an organisation's chain. Its row is taken first, so that entries queue up one behind the other.</summary>
public sealed class AuditHead : ISeenByAll
{
    public string TenantId { get; private set; } = "";

    public long Sequence { get; internal set; }

    public string Hash { get; internal set; } = "";
}

internal sealed class AuditEntryMapping : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.HasKey(e => new { e.TenantId, e.Sequence });
        builder.Property(e => e.Sequence).ValueGeneratedNever();
        builder.Property(e => e.ActorId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.ActorName).HasMaxLength(200);
        builder.Property(e => e.Via).HasMaxLength(400);
        builder.Property(e => e.ViaId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Address).HasMaxLength(60);
        builder.Property(e => e.Action).HasMaxLength(80);
        builder.Property(e => e.TargetKind).HasMaxLength(40);
        builder.Property(e => e.TargetId).HasMaxLength(80);
        builder.Property(e => e.TargetName).HasMaxLength(200);
        builder.Property(e => e.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Details).HasMaxLength(AuditEntry.DetailsLength);
        builder.Property(e => e.PreviousHash).HasMaxLength(64);
        builder.Property(e => e.Hash).HasMaxLength(64);
        builder.HasIndex(e => new { e.TenantId, e.At });
        builder.HasIndex(e => new { e.TenantId, e.ProjectId, e.Sequence });
        builder.HasIndex(e => new { e.TenantId, e.ActorId, e.Sequence });
    }
}

internal sealed class AuditHeadMapping : IEntityTypeConfiguration<AuditHead>
{
    public void Configure(EntityTypeBuilder<AuditHead> builder)
    {
        builder.HasKey(h => h.TenantId);
        builder.Property(h => h.Hash).HasMaxLength(64);
    }
}
