using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>One call to an endpoint: what it was, never what was said.</summary>
public sealed class InferenceLog : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string DeploymentId { get; init; }

    /// <summary>Null for the playground, which needs no key.</summary>
    public string? ApiKeyId { get; init; }

    public required UsageSource Source { get; init; }

    /// <summary>As the caller read it, so that a question about one call can be answered.</summary>
    public required string ResponseId { get; init; }

    public required int Status { get; init; }

    /// <summary>Google's name of the failure; empty for an answer.</summary>
    public string Problem { get; init; } = "";

    public bool IsStreamed { get; init; }

    public required int Milliseconds { get; init; }

    public int InputTokens { get; init; }

    /// <summary>Contained in the input.</summary>
    public int CachedTokens { get; init; }

    public int OutputTokens { get; init; }

    /// <summary>Contained in the output.</summary>
    public int ThinkingTokens { get; init; }

    /// <summary>The vendor never said what it had counted: the tokens are reckoned from the texts.</summary>
    public bool IsEstimated { get; init; }

    public long AmountMicros { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class InferenceLogMapping : IEntityTypeConfiguration<InferenceLog>
{
    public void Configure(EntityTypeBuilder<InferenceLog> builder)
    {
        builder.HasPublicId("inf");
        builder.Property(l => l.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.ApiKeyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.Property(l => l.Problem).HasMaxLength(60);
        // The one reference that is asked about. Each would be an index more to keep with every call; the others are the endpoint's own, or plain facts as on the ledger.
        builder.BelongsTo<InferenceLog, Endpoint>(nameof(InferenceLog.EndpointId));
        builder.HasIndex(l => new { l.TenantId, l.ResponseId }).IsUnique();
        builder.HasIndex(l => new { l.TenantId, l.EndpointId, l.At });
    }
}
