using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Watches one measure of a project's traffic, and tells those who were chosen when its state changes.</summary>
public sealed class AlertRule : TenantOwned, IVersioned
{
    public const int NameLength = 120;

    public required string ProjectId { get; init; }

    /// <summary>Null for all that the project's endpoint answers.</summary>
    public string? DeploymentId { get; private set; }

    public string Name { get; private set; } = "";

    public AlertMeasure Measure { get; private set; }

    public int WindowMinutes { get; private set; }

    public double? WarnLimit { get; private set; }

    public double? AlertLimit { get; private set; }

    public int Floor { get; private set; }

    public int ForMinutes { get; private set; }

    public NoDataMeaning NoData { get; private set; }

    /// <summary>One that is off is not looked at, and tells nobody anything.</summary>
    public bool IsOn { get; private set; }

    public AlertState State { get; private set; }

    public DateTime StateSince { get; private set; }

    public DateTime? WarnTurnedAt { get; private set; }

    public DateTime? AlertTurnedAt { get; private set; }

    public DateTime? NoDataTurnedAt { get; private set; }

    /// <summary>What was measured last; null where nothing was.</summary>
    public double? Value { get; private set; }

    public long Samples { get; private set; }

    /// <summary>When it was last looked at. Set by a statement of the worker's own: whoever sets it looks, and no other for a minute.</summary>
    public DateTime? CheckedAt { get; private set; }

    public DateTime CreatedAt { get; init; }

    public long Version { get; private set; }

    public AlertTrack Track => new(State, StateSince, WarnTurnedAt, AlertTurnedAt, NoDataTurnedAt);

    public AlertLimits Limits => new(Measure, WindowMinutes, WarnLimit, AlertLimit, Floor, ForMinutes, NoData);

    public static AlertRule Of(string projectId, DateTime now) => new() { ProjectId = projectId, CreatedAt = now, StateSince = now, IsOn = true };

    /// <summary>The state stays: what no longer holds is found at the next look, and told.</summary>
    public void Set(string name, string? deploymentId, AlertLimits limits)
    {
        name = name.Trim();
        if (name.Length is 0 or > NameLength || name.Any(char.IsControl))
        {
            throw new PortalException($"Give the rule a name of one line with at most {NameLength} characters. It stands in every message.");
        }

        limits.Require();
        (Name, DeploymentId, Measure, WindowMinutes, WarnLimit, AlertLimit, Floor, ForMinutes, NoData) =
            (name, deploymentId, limits.Measure, limits.WindowMinutes, limits.Warn, limits.Alert, limits.Floor, limits.ForMinutes, limits.NoData);
        (WarnTurnedAt, AlertTurnedAt, NoDataTurnedAt, CheckedAt) = (null, null, null, null);
    }

    /// <summary>Either way it begins anew.</summary>
    public void Switch(bool isOn, DateTime now)
    {
        (IsOn, CheckedAt, Value, Samples) = (isOn, null, null, 0);
        Take(new AlertTrack(AlertState.Ok, State is AlertState.Ok ? StateSince : now));
    }

    public void Measured(Figure? figure, AlertTrack track)
    {
        (Value, Samples) = (figure?.Value, figure?.Count ?? 0);
        Take(track);
    }

    private void Take(AlertTrack track) =>
        (State, StateSince, WarnTurnedAt, AlertTurnedAt, NoDataTurnedAt) = (track.State, track.Since, track.WarnTurnedAt, track.AlertTurnedAt, track.NoDataTurnedAt);
}

/// <summary>One of those a rule tells: a member by mail, or a webhook.</summary>
public sealed class AlertRoute : TenantOwned
{
    public required string RuleId { get; init; }

    public string? UserId { get; init; }

    public string? WebhookId { get; init; }
}

/// <summary>A rule came into another state, and what had been measured.</summary>
public sealed class AlertChange : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string RuleId { get; init; }

    public required AlertState Before { get; init; }

    public required AlertState After { get; init; }

    public double? Value { get; init; }

    public double? Low { get; init; }

    public double? High { get; init; }

    public long Samples { get; init; }

    /// <summary>How many messages went out with it.</summary>
    public int Told { get; init; }

    public required DateTime At { get; init; }
}

internal sealed class AlertRuleMapping : IEntityTypeConfiguration<AlertRule>
{
    public void Configure(EntityTypeBuilder<AlertRule> builder)
    {
        builder.HasPublicId("alr");
        builder.Property(r => r.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.Name).HasMaxLength(AlertRule.NameLength);
        builder.Ignore(r => r.Track).Ignore(r => r.Limits);
        builder.BelongsTo<AlertRule, Project>(nameof(AlertRule.ProjectId));
        builder.BelongsTo<AlertRule, Deployment>(nameof(AlertRule.DeploymentId));
        builder.HasIndex(r => new { r.TenantId, r.ProjectId });
        builder.HasIndex(r => new { r.IsOn, r.CheckedAt });
    }
}

internal sealed class AlertRouteMapping : IEntityTypeConfiguration<AlertRoute>
{
    public void Configure(EntityTypeBuilder<AlertRoute> builder)
    {
        builder.HasPublicId("arc");
        builder.Property(r => r.RuleId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.UserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(r => r.WebhookId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<AlertRoute, AlertRule>(nameof(AlertRoute.RuleId));
        builder.BelongsTo<AlertRoute, AlertWebhook>(nameof(AlertRoute.WebhookId));
        builder.HasIndex(r => new { r.TenantId, r.RuleId });
    }
}

internal sealed class AlertChangeMapping : IEntityTypeConfiguration<AlertChange>
{
    public void Configure(EntityTypeBuilder<AlertChange> builder)
    {
        builder.HasPublicId("alc");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.RuleId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<AlertChange, Project>(nameof(AlertChange.ProjectId));
        builder.BelongsTo<AlertChange, AlertRule>(nameof(AlertChange.RuleId));
        builder.HasIndex(c => new { c.TenantId, c.ProjectId, c.At });
    }
}

public static class AlertTables
{
    extension(PortalDbContext db)
    {
        public DbSet<AlertRule> AlertRules => db.Set<AlertRule>();

        public DbSet<AlertRoute> AlertRoutes => db.Set<AlertRoute>();

        public DbSet<AlertChange> AlertChanges => db.Set<AlertChange>();

        public DbSet<AlertWebhook> AlertWebhooks => db.Set<AlertWebhook>();

        public DbSet<WebhookDelivery> WebhookDeliveries => db.Set<WebhookDelivery>();

        public DbSet<RetirementNotice> RetirementNotices => db.Set<RetirementNotice>();
    }
}
