using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

public enum RetunePace
{
    Off,
    Weekly,
    Monthly,
}

/// <summary>What a schedule is to be.</summary>
/// <param name="FewestRows">With fewer new rows from traffic a period passes.</param>
/// <param name="MostMicros">Up to this a tuning begins by itself; zero only proposes.</param>
public sealed record RetunePlan(RetunePace Pace, int FewestRows, long MostMicros)
{
    public const int MostRows = 1_000_000;
    public const long MostOfAll = 100_000_000_000;

    public static RetunePlan None { get; } = new(RetunePace.Off, 100, 0);

    public void Require()
    {
        if (FewestRows is < 1 or > MostRows)
        {
            throw new PortalException($"Say after how many new rows to tune again: 1 to {MostRows:N0}. You asked for {FewestRows:N0}.");
        }

        if (MostMicros is < 0 or > MostOfAll)
        {
            throw new PortalException($"A tuning begins by itself up to a sum between 0 and ${MostOfAll / 1_000_000:N0}. With 0 it is only proposed.");
        }
    }
}

/// <summary>How often the model behind an endpoint is to be tuned again, who said so, and what came of it last. Without a row: never.</summary>
public sealed class RetuneSchedule : TenantOwned, IVersioned
{
    public const int OutcomeLength = 1_000;

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public RetunePace Pace { get; private set; }

    public int FewestRows { get; private set; }

    public long MostMicros { get; private set; }

    /// <summary>By whose right a tuning begins by itself.</summary>
    public string SetByUserId { get; private set; } = "";

    public string SetByName { get; private set; } = "";

    /// <summary>Periods are counted from here.</summary>
    public DateTime SetAt { get; private set; }

    /// <summary>When the next period ends; null while it is off.</summary>
    public DateTime? NextAt { get; private set; }

    public DateTime? RanAt { get; private set; }

    /// <summary>What came of the last period, in words.</summary>
    public string Outcome { get; private set; } = "";

    public long Version { get; private set; }

    public RetunePlan Plan => new(Pace, FewestRows, MostMicros);

    public AuditTarget AsTarget() => new("re-tune schedule", Id, "The schedule to tune again", ProjectId);

    public void Set(RetunePlan plan, string userId, string userName, DateTime now)
    {
        plan.Require();
        (Pace, FewestRows, MostMicros, SetByUserId, SetByName, SetAt) = (plan.Pace, plan.FewestRows, plan.MostMicros, userId, userName, now);
        NextAt = After(now);
    }

    /// <summary>Ends every period that is over: several that nobody was there for are one.</summary>
    public void Ran(string outcome, DateTime now) =>
        (RanAt, Outcome, NextAt) = (now, outcome.Length <= OutcomeLength ? outcome : outcome[..OutcomeLength], After(now));

    private DateTime? After(DateTime now)
    {
        if (Pace is RetunePace.Off)
        {
            return null;
        }

        // From the beginning each time: a month of 28 days must not make all that follow begin on the 28th.
        var periods = 1;
        while (At(periods) <= now)
        {
            periods++;
        }

        return At(periods);
    }

    private DateTime At(int periods) => Pace is RetunePace.Weekly ? SetAt.AddDays(7 * periods) : SetAt.AddMonths(periods);
}

internal sealed class RetuneScheduleMapping : IEntityTypeConfiguration<RetuneSchedule>
{
    public void Configure(EntityTypeBuilder<RetuneSchedule> builder)
    {
        builder.HasPublicId("rts");
        builder.Property(s => s.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.SetByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.SetByName).HasMaxLength(200);
        builder.Property(s => s.Outcome).HasMaxLength(RetuneSchedule.OutcomeLength);
        builder.Ignore(s => s.Plan);
        builder.BelongsTo<RetuneSchedule, Project>(nameof(RetuneSchedule.ProjectId));
        builder.BelongsTo<RetuneSchedule, Endpoint>(nameof(RetuneSchedule.EndpointId));
        builder.HasIndex(s => new { s.TenantId, s.EndpointId }).IsUnique();
        builder.HasIndex(s => s.NextAt);
    }
}
