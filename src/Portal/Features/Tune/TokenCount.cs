using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Data;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>
/// What counting the rows of a version gave. A version and an instruction never change, so it is counted once,
/// and the quote that is enforced is the quote that was shown.
/// </summary>
public sealed class TokenCount : TenantOwned
{
    public required string VersionId { get; init; }

    public required string BaseModelId { get; init; }

    public required string InstructionHash { get; init; }

    public required long LikelyTokens { get; init; }

    public required long WorstTokens { get; init; }

    public required int SampledRows { get; init; }

    public required DateTime CountedAt { get; init; }

    public TokenForecast Forecast => new(LikelyTokens, WorstTokens, SampledRows, IsEstimate: false);
}

internal sealed class TokenCountMapping : IEntityTypeConfiguration<TokenCount>
{
    public void Configure(EntityTypeBuilder<TokenCount> builder)
    {
        builder.HasPublicId("tkc");
        builder.Property(c => c.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.BaseModelId).HasMaxLength(80);
        builder.Property(c => c.InstructionHash).HasMaxLength(64);
        builder.Ignore(c => c.Forecast);
        builder.BelongsTo<TokenCount, DatasetVersion>(nameof(TokenCount.VersionId));
        builder.HasIndex(c => new { c.TenantId, c.VersionId, c.BaseModelId, c.InstructionHash }).IsUnique();
    }
}
