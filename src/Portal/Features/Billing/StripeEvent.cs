using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Billing;

public enum StripeEventState
{
    Waiting,
    Applied,

    /// <summary>Not for us to act on, or not understood: it is kept, and its problem says which.</summary>
    Kept,

    /// <summary>It says it is somebody's whose it is not.</summary>
    Refused,
}

/// <summary>
/// A message of Stripe as it came. It only says that something happened: what holds is read at Stripe when it is applied, so neither order
/// nor number matters. Global, because it arrives before anybody knows for whom to act.
/// </summary>
public sealed class StripeEvent : IVersioned
{
    public const int MaximumBody = 1024 * 1024;

    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);

    public string Id { get; private set; } = "";

    /// <summary>Stripe's own id: a second copy finds the first.</summary>
    public required string Event { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public required string Customer { get; init; }

    /// <summary>Whose customer it is about; the platform's own where it is nobody's.</summary>
    public required string TenantId { get; init; }

    public required DateTime HappenedAt { get; init; }

    public required DateTime ReceivedAt { get; init; }

    public DateTime NextAttemptAt { get; private set; }

    public StripeEventState State { get; private set; }

    public int Attempts { get; private set; }

    public string Problem { get; private set; } = "";

    public long Version { get; private set; }

    public void Await(DateTime now) => NextAttemptAt = now + LostWork.Grace;

    /// <summary>How it stands, and what is to be looked at; empty where nothing is.</summary>
    public void End(StripeEventState state, string problem) => (State, Problem) = (state, problem);

    public bool TryBegin(DateTime now)
    {
        if (State is not StripeEventState.Waiting || (Attempts > 0 && now < NextAttemptAt))
        {
            return false;
        }

        (Attempts, NextAttemptAt) = (Attempts + 1, now + s_lease);
        return true;
    }

    public void Failed(string problem, DateTime now) =>
        (Problem, NextAttemptAt) = (problem.Length <= 400 ? problem : problem[..400], now + TimeSpan.FromSeconds(Math.Min(1_800, 5 * Math.Pow(2, Math.Min(Attempts, 10)))));

    public void Hurry(DateTime now) => NextAttemptAt = now;
}

internal sealed class StripeEventMapping : IEntityTypeConfiguration<StripeEvent>
{
    public void Configure(EntityTypeBuilder<StripeEvent> builder)
    {
        builder.Property(e => e.Id).HasIdOf("sev");
        builder.Property(e => e.Event).HasMaxLength(120);
        builder.Property(e => e.Type).HasMaxLength(120);
        builder.Property(e => e.Customer).HasMaxLength(80);
        builder.Property(e => e.TenantId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Body).HasMaxLength(Mapping.LongText);
        builder.HasIndex(e => e.Event).IsUnique();
        builder.HasIndex(e => new { e.State, e.NextAttemptAt });
        builder.HasIndex(e => e.TenantId);
        builder.HasIndex(e => e.HappenedAt);
    }
}
