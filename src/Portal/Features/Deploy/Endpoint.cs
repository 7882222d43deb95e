using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// The address customers call, by its name; a project has one. What answers behind it is one deployment, changed by moving one reference:
/// replacing, rolling back and undeploying are each one row's update, and keys outlive them all.
/// </summary>
public sealed partial class Endpoint : TenantOwned, IVersioned
{
    public const int NameLength = 48;
    public const int MostCanaryPercent = 50;
    public const int PauseMessageLength = 300;

    /// <summary>What callers read where nothing else was said.</summary>
    public const string UsualPauseMessage = "This model is paused by those who run it. Try again later.";

    public required string ProjectId { get; init; }

    /// <summary>What callers write as the model.</summary>
    public required string Name { get; init; }

    public string? LiveDeploymentId { get; private set; }

    public int LastNumber { get; private set; }

    /// <summary>What answers a share of the calls beside what is live, to be compared with it.</summary>
    public string? CanaryDeploymentId { get; private set; }

    /// <summary>Of a hundred calls; zero while there is no canary.</summary>
    public int CanaryPercent { get; private set; }

    /// <summary>Since when it has had this share: both sides are counted from then on, so that they are of the same hours and the same mix.</summary>
    public DateTime? CanaryStepAt { get; private set; }

    /// <summary>When its figures were last held against the limits. Set by a statement of the guard's own, which no act of a member waits for.</summary>
    public DateTime? CanaryCheckedAt { get; private set; }

    /// <summary>The run whose candidate is asked what callers ask, once they have their answer; null while there is none.</summary>
    public string? ShadowRunId { get; private set; }

    /// <summary>Of a hundred calls; zero while there is none.</summary>
    public int ShadowPercent { get; private set; }

    /// <summary>What its canaries are held to; empty for what the portal holds them to.</summary>
    public string CanaryLimitsJson { get; private set; } = "";

    /// <summary>Since when callers are told to come back; null while they are answered.</summary>
    public DateTime? PausedAt { get; private set; }

    /// <summary>What callers read while it is paused.</summary>
    public string PauseMessage { get; private set; } = "";

    public required DateTime CreatedAt { get; init; }

    public long Version { get; private set; }

    public static string CheckedName(string name)
    {
        name = name.Trim();
        return Slug.IsMatch(name) && name.Length <= NameLength
            ? name
            : throw new PortalException(
                $"Callers write the name as the model, so it has 2 to {NameLength} small letters, digits and hyphens, with a letter first: support-intents. Change \"{name}\".");
    }

    /// <summary>A name to propose: what is left of a project's name when only a slug's characters are.</summary>
    public static string NameFrom(string projectName)
    {
        var letters = projectName.ToLowerInvariant().Select(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' ? c : '-');
        var slug = string.Join('-', string.Concat(letters).Split('-', StringSplitOptions.RemoveEmptyEntries)).TrimStart([.. "0123456789-"]);
        slug = slug.Length <= NameLength ? slug : slug[..NameLength].TrimEnd('-');
        return Slug.IsMatch(slug) ? slug : "my-model";
    }

    /// <summary>Numbers the next deployment; two that are begun at once cannot both be saved.</summary>
    public int TakeNumber() => ++LastNumber;

    public void PutLive(string deploymentId) => LiveDeploymentId = deploymentId;

    public void TakeDown() => LiveDeploymentId = null;

    public void BeginCanary(string deploymentId, int percent, DateTime now) => (CanaryDeploymentId, CanaryPercent, CanaryStepAt, CanaryCheckedAt) = (deploymentId, CheckedPercent(percent), now, null);

    public void StepCanary(int percent, DateTime now) => (CanaryPercent, CanaryStepAt, CanaryCheckedAt) = (CheckedPercent(percent), now, null);

    public void EndCanary() => (CanaryDeploymentId, CanaryPercent, CanaryStepAt, CanaryCheckedAt) = (null, 0, null, null);

    public void BeginShadow(string runId, int percent) => (ShadowRunId, ShadowPercent) = (runId, percent);

    public void EndShadow() => (ShadowRunId, ShadowPercent) = (null, 0);

    /// <param name="limits">Null for the portal's.</param>
    public void HoldTo(CanaryLimits? limits) => CanaryLimitsJson = limits?.Checked().ToStored() ?? "";

    public static int CheckedPercent(int percent) => percent is >= 1 and <= MostCanaryPercent
        ? percent
        : throw new PortalException($"A canary gets 1 to {MostCanaryPercent} of a hundred calls; for all of them, promote it. You asked for {percent}.");

    public static string CheckedPauseMessage(string message)
    {
        message = message.Trim();
        return message switch
        {
            "" => UsualPauseMessage,
            { Length: > PauseMessageLength } => throw new PortalException($"Callers read this in an error, so it has at most {PauseMessageLength} characters. Shorten it."),
            _ when message.Any(char.IsControl) => throw new PortalException("Callers read this as one line. Take out line breaks and tabs."),
            _ => message,
        };
    }

    public void Pause(string message, DateTime now) => (PausedAt, PauseMessage) = (now, CheckedPauseMessage(message));

    public void Resume() => (PausedAt, PauseMessage) = (null, "");

    [GeneratedRegex(@"^[a-z][a-z0-9-]*[a-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex Slug { get; }
}

internal sealed class EndpointMapping : IEntityTypeConfiguration<Endpoint>
{
    public void Configure(EntityTypeBuilder<Endpoint> builder)
    {
        builder.HasPublicId("enp");
        builder.Property(e => e.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.Name).HasMaxLength(Endpoint.NameLength);
        builder.Property(e => e.PauseMessage).HasMaxLength(Endpoint.PauseMessageLength);
        builder.Property(e => e.LiveDeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<Endpoint, Project>(nameof(Endpoint.ProjectId));
        builder.Property(e => e.CanaryDeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.ShadowRunId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<Endpoint, ShadowRun>(nameof(Endpoint.ShadowRunId));
        builder.BelongsTo<Endpoint, Deployment>(nameof(Endpoint.LiveDeploymentId));
        builder.BelongsTo<Endpoint, Deployment>(nameof(Endpoint.CanaryDeploymentId));
        builder.HasIndex(e => new { e.TenantId, e.Name }).IsUnique();
        builder.HasIndex(e => new { e.TenantId, e.ProjectId }).IsUnique();
    }
}
