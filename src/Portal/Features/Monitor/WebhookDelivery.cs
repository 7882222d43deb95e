using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Monitor;

public enum DeliveryState
{
    Waiting,
    Delivered,
    GivenUp,
}

/// <summary>
/// One message to a webhook: saved with what it tells of, sent afterwards, tried again for a day. Its id is the same at every attempt, so a
/// receiver that got it twice can tell.
/// </summary>
public sealed class WebhookDelivery : TenantOwned, IVersioned
{
    public const int ProblemLength = 300;
    public const int BodyLength = 8_000;

    /// <summary>How long the log shows a message.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>For so long a message of an alert is tried, by mail as well: what is older is no news.</summary>
    public static readonly TimeSpan Tried = TimeSpan.FromHours(24);

    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(2);

    public required string ProjectId { get; init; }

    public required string WebhookId { get; init; }

    public required string Type { get; init; }

    public required string Body { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime ExpiresAt { get; init; }

    public DateTime NextAttemptAt { get; private set; }

    public DeliveryState State { get; private set; }

    public int Attempts { get; private set; }

    /// <summary>What the receiver answered last; null where it did not.</summary>
    public int? Status { get; private set; }

    /// <summary>Why the last attempt failed.</summary>
    public string Problem { get; private set; } = "";

    public DateTime? EndedAt { get; private set; }

    public long Version { get; private set; }

    public static WebhookDelivery Write(AlertWebhook webhook, string type, string body, DateTime now) => new()
    {
        ProjectId = webhook.ProjectId, WebhookId = webhook.Id, Type = type, Body = body, CreatedAt = now, ExpiresAt = now + Tried, NextAttemptAt = now + LostWork.Grace,
    };

    /// <summary>Whoever saves this first sends it; one that is killed then leaves it to the next after the lease.</summary>
    public bool TryBegin(DateTime now)
    {
        // The wake-up that follows the save comes before the sweep is due.
        if (State is not DeliveryState.Waiting || (Attempts > 0 && now < NextAttemptAt))
        {
            return false;
        }

        if (now >= ExpiresAt)
        {
            GiveUp(Problem, now);
            return true;
        }

        (Attempts, NextAttemptAt) = (Attempts + 1, now + s_lease);
        return true;
    }

    public void Delivered(int status, DateTime now) => (State, Status, Problem, EndedAt) = (DeliveryState.Delivered, status, "", now);

    /// <summary>Tried again after 15 seconds, then after four times as long each time, at the least every two hours.</summary>
    public void Failed(int? status, string problem, DateTime now)
    {
        (Status, Problem) = (status, Short(problem));
        var pause = TimeSpan.FromSeconds(15 * Math.Pow(4, Math.Min(Attempts - 1, 6)));
        NextAttemptAt = now + (pause < s_longestPause ? pause : s_longestPause);
        if (NextAttemptAt >= ExpiresAt)
        {
            GiveUp(Problem, now);
        }
    }

    public void GiveUp(string problem, DateTime now) => (State, Problem, EndedAt) = (DeliveryState.GivenUp, Short(problem), now);

    /// <summary>Without waiting out a long pause. False where it is due within moments anyhow: somebody may be sending it now.</summary>
    public bool TryHurry(DateTime now)
    {
        var canHurry = State is DeliveryState.Waiting && NextAttemptAt > now + s_lease;
        NextAttemptAt = canHurry ? now : NextAttemptAt;
        return canHurry;
    }

    private static string Short(string problem) => problem.Length <= ProblemLength ? problem : problem[..ProblemLength];
}

internal sealed class WebhookDeliveryMapping : IEntityTypeConfiguration<WebhookDelivery>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.HasPublicId("msg");
        builder.Property(d => d.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.WebhookId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.Type).HasMaxLength(60);
        builder.Property(d => d.Body).HasMaxLength(WebhookDelivery.BodyLength);
        builder.Property(d => d.Problem).HasMaxLength(WebhookDelivery.ProblemLength);
        builder.BelongsTo<WebhookDelivery, Project>(nameof(WebhookDelivery.ProjectId));
        builder.BelongsTo<WebhookDelivery, AlertWebhook>(nameof(WebhookDelivery.WebhookId));
        builder.HasIndex(d => new { d.State, d.NextAttemptAt });
        builder.HasIndex(d => new { d.TenantId, d.WebhookId, d.CreatedAt });
    }
}
