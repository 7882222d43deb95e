using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

public enum UsageReportState
{
    Waiting,

    /// <summary>Sent, or about to be: what became of it is not known yet.</summary>
    Sending,
    Delivered,

    /// <summary>Stripe does not take it: somebody has to look.</summary>
    Refused,
}

/// <summary>What Stripe is told of one usage event, and how far that has come. Its identifier is the event's own, so telling twice counts once.</summary>
public sealed class UsageReport : TenantOwned, IVersioned
{
    /// <summary>Stripe knows an identifier for a day; a little less is relied on.</summary>
    public static readonly TimeSpan IdentifierKept = TimeSpan.FromHours(23);

    /// <summary>Older usage is not taken.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromDays(35);

    public required string UsageId { get; init; }

    public required Meter Meter { get; init; }

    /// <summary>In millionths of the currency: what was charged, whole.</summary>
    public required long Value { get; init; }

    public required DateTime UsedAt { get; init; }

    public required DateTime CreatedAt { get; init; }

    public UsageReportState State { get; private set; }

    /// <summary>When it may first have reached Stripe.</summary>
    public DateTime? SentAt { get; private set; }

    public int Attempts { get; private set; }

    public string Problem { get; private set; } = "";

    public long Version { get; private set; }

    public string Identifier => $"{TenantId}.{UsageId}";

    /// <summary>Its outcome is unknown, and Stripe may have forgotten its identifier: sent again, it might count twice.</summary>
    public bool IsTooLateToRepeat(DateTime now) => State is UsageReportState.Sending && SentAt + IdentifierKept <= now;

    /// <summary>Saved before it is sent, so that whoever finds it knows that it may have arrived.</summary>
    public void Begin(DateTime now) => (State, SentAt, Attempts) = (UsageReportState.Sending, SentAt ?? now, Attempts + 1);

    /// <summary>Stripe did not take it and said why not: nothing arrived, so the next try is a first one.</summary>
    public void PutBack(string problem) => (State, SentAt, Problem) = (UsageReportState.Waiting, null, Cut(problem));

    public void Delivered() => (State, Problem) = (UsageReportState.Delivered, "");

    public void Refuse(string problem) => (State, Problem) = (UsageReportState.Refused, Cut(problem));

    public void Unknown(string problem) => Problem = Cut(problem);

    private static string Cut(string text) => text.Length <= 400 ? text : text[..400];
}

internal sealed class UsageReportMapping : IEntityTypeConfiguration<UsageReport>
{
    public void Configure(EntityTypeBuilder<UsageReport> builder)
    {
        builder.HasPublicId("rep");
        builder.Property(r => r.UsageId).HasMaxLength(PublicId.MaxLength);
        builder.Ignore(r => r.Identifier);
        builder.BelongsTo<UsageReport, UsageEvent>(nameof(UsageReport.UsageId));
        builder.HasIndex(r => new { r.TenantId, r.UsageId }).IsUnique();
        builder.HasIndex(r => new { r.State, r.CreatedAt });
        builder.HasIndex(r => new { r.TenantId, r.Meter, r.UsedAt });
    }
}

public static class ReportTables
{
    extension(PortalDbContext db)
    {
        public DbSet<UsageReport> UsageReports => db.Set<UsageReport>();

        public DbSet<UsageReconciliation> UsageReconciliations => db.Set<UsageReconciliation>();
    }
}
