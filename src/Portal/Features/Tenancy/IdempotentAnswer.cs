using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// What a program was answered to a call that it marked, so that the same call again gets the same answer and does nothing. It is
/// the key's alone, and read in a scope of its own: whoever sees a few projects sees no answers to keys of others.
/// </summary>
public sealed class IdempotentAnswer : TenantOwned, IVersioned
{
    public required string ApiKeyId { get; init; }

    /// <summary>Of the program's own mark, which may be anything.</summary>
    public required string MarkHash { get; init; }

    /// <summary>Of what was asked: the same mark on another call is a mistake.</summary>
    public required string Fingerprint { get; init; }

    public required DateTime StartedAt { get; set; }

    /// <summary>Null while it is under way, and where the process died in the middle.</summary>
    public int? Status { get; private set; }

    public string Body { get; private set; } = "";

    public string Address { get; private set; } = "";

    public long Version { get; private set; }

    public void Finish(int status, string body, string address) => (Status, Body, Address) = (status, body, address);
}

internal sealed class IdempotentAnswerMapping : IEntityTypeConfiguration<IdempotentAnswer>
{
    public void Configure(EntityTypeBuilder<IdempotentAnswer> builder)
    {
        builder.HasPublicId("ida");
        builder.Property(a => a.ApiKeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(a => a.MarkHash).HasMaxLength(64);
        builder.Property(a => a.Fingerprint).HasMaxLength(64);
        builder.Property(a => a.Body).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<IdempotentAnswer, ApiKey>(nameof(IdempotentAnswer.ApiKeyId));
        builder.HasIndex(a => new { a.TenantId, a.ApiKeyId, a.MarkHash }).IsUnique();
    }
}
