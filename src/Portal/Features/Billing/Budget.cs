using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Components;
using Portal.Persistence;

namespace Portal.Features.Billing;

/// <summary>What a budget is of. They are changed in this order, so that no two wait for each other, and the one that all share is held shortest.</summary>
public enum BudgetKind
{
    ApiKey,
    Project,
    Organization,
}

/// <summary>
/// The most that may be spent in a calendar month, UTC, and what is of it. The counters are changed in the database alone, each by one
/// statement with what it counts: every node goes by the same figures, and they are the ones that are shown.
/// </summary>
public sealed class Budget : TenantOwned, IVersioned, ISeenByAll
{
    public const long MostMicros = 1_000_000_000_000_000;

    /// <summary>What the organisation's own is found by.</summary>
    public const string OfOrganization = "";

    private static readonly int[] s_marks = [100, 80, 50];

    public required BudgetKind Kind { get; init; }

    /// <summary>The project's or the key's id.</summary>
    public required string ScopeId { get; init; }

    public long CapMicros { get; private set; }

    public string Currency { get; init; } = "USD";

    /// <summary>The month that is counted: 202611. An earlier one than the present has nothing to say.</summary>
    public int Month { get; private set; }

    public long SpentMicros { get; private set; }

    /// <summary>The worst of what is under way.</summary>
    public long HeldMicros { get; private set; }

    /// <summary>Calls that were refused for want of it, since it was last set.</summary>
    public long Refused { get; private set; }

    /// <summary>The last of the marks whose passing was mailed.</summary>
    public int ToldPercent { get; private set; }

    /// <summary>What was being recorded at the moment it was set may be in neither count, so it is counted once more when that is over.</summary>
    public DateTime? CountAgainAt { get; private set; }

    public DateTime ChangedAt { get; private set; }

    public string ChangedByName { get; private set; } = "";

    public long Version { get; private set; }

    /// <summary>What comes under a budget of a project, by one of its keys or by none.</summary>
    public static string[] ScopesOf(string projectId, string? keyId) => keyId is null ? [OfOrganization, projectId] : [OfOrganization, projectId, keyId];

    public static int MonthOf(DateTime at) => (at.Year * 100) + at.Month;

    public static DateTime MonthStart(DateTime at) => new(at.Year, at.Month, 1, 0, 0, 0, DateTimeKind.Utc);

    public static long CheckedCap(long cap) => cap is >= 0 and <= MostMicros
        ? cap
        : throw new PortalException("A monthly budget is 0 or more, up to a billion. Leave it empty for none.");

    public void Set(long cap, string byName, DateTime now)
    {
        (CapMicros, ChangedByName, ChangedAt, Refused) = (CheckedCap(cap), byName, now, 0);
        // Of the new amount the marks still lie ahead that it has not passed.
        ToldPercent = Month == MonthOf(now) ? Math.Min(ToldPercent, MarkOf(now)) : 0;
    }

    /// <summary>What was spent of it before it was set.</summary>
    public void Begin(long spent, DateTime now) => (Month, SpentMicros, CountAgainAt) = (MonthOf(now), spent, now.AddMinutes(1));

    /// <summary>The highest mark, in percent, that is passed; a call that was refused has met its end.</summary>
    public int MarkOf(DateTime now) => FiguresAt(now) switch
    {
        { CapMicros: 0 } => 0,
        { Refused: > 0 } => 100,
        var figures => s_marks.FirstOrDefault(mark => figures.SpentMicros * 100m >= figures.CapMicros * (decimal)mark),
    };

    public void Told(int percent) => ToldPercent = percent;

    public BudgetFigures FiguresAt(DateTime now)
    {
        var isCounted = Month == MonthOf(now);
        return new BudgetFigures(CapMicros, isCounted ? SpentMicros : 0, HeldMicros, isCounted ? Refused : 0, MonthStart(now).AddMonths(1), Currency);
    }
}

internal sealed class BudgetMapping : IEntityTypeConfiguration<Budget>
{
    public void Configure(EntityTypeBuilder<Budget> builder)
    {
        builder.HasPublicId("bdg");
        builder.Property(b => b.ScopeId).HasMaxLength(PublicId.MaxLength);
        builder.Property(b => b.Currency).HasMaxLength(3);
        builder.Property(b => b.ChangedByName).HasMaxLength(200);
        builder.HasIndex(b => new { b.TenantId, b.ScopeId }).IsUnique();
        builder.HasIndex(b => b.CountAgainAt);
    }
}
