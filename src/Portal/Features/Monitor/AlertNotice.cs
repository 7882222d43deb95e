using System.Text.Json;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>Messages on their way, to be woken once they are saved.</summary>
internal sealed record AlertMessages(IReadOnlyList<OutgoingMail> Letters, IReadOnlyList<WebhookDelivery> Deliveries)
{
    public int Count => Letters.Count + Deliveries.Count;
}

/// <summary>Writes what those who were chosen are told of a rule's new state, in the caller's save.</summary>
public sealed class AlertNotice(MailService mail, IBackgroundJobClient work)
{
    internal async Task<AlertMessages> AddAsync(PortalDbContext db, AlertRule rule, AlertState before, Figure? figure, CancellationToken ct)
    {
        var (ruleId, tenantId) = (rule.Id, db.TenantId);
        var project = await db.Set<Project>().Where(p => p.Id == rule.ProjectId).Select(p => p.Name).SingleAsync(ct);
        // Whoever has left the organisation since is told nothing any more.
        var addresses = await (
            from route in db.AlertRoutes.AsNoTracking().Where(r => r.RuleId == ruleId && r.UserId != null)
            join member in db.Members on route.UserId equals member.UserId
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId && user.IsEmailVerified && user.Email != ""
            select user.Email).Distinct().ToListAsync(ct);
        var subject = AlertWords.Subject(rule, figure);
        var text = AlertWords.Letter(rule, before, figure, project);
        List<OutgoingMail> letters = [.. addresses.Select(address => mail.Add(db, address, subject, text, db.Now + WebhookDelivery.Tried))];
        var routes = db.AlertRoutes;
        var webhooks = await db.AlertWebhooks.AsNoTracking().Where(w => routes.Any(r => r.TenantId == w.TenantId && r.RuleId == ruleId && r.WebhookId == w.Id)).ToListAsync(ct);
        var body = webhooks.Count is 0 ? "" : BodyOf(rule, before, figure, project);
        List<WebhookDelivery> deliveries = [.. webhooks.Select(webhook => db.WebhookDeliveries.Add(WebhookDelivery.Write(webhook, "alert.state_changed", body, db.Now)).Entity)];
        return new AlertMessages(letters, deliveries);
    }

    /// <summary>Called after the save. Should it be lost, the sweeps find them.</summary>
    internal void Wake(string tenantId, AlertMessages messages)
    {
        foreach (var letter in messages.Letters)
        {
            mail.Wake(tenantId, letter.Id);
        }

        foreach (var delivery in messages.Deliveries)
        {
            Wake(tenantId, delivery.Id);
        }
    }

    internal void Wake(string tenantId, string deliveryId) => work.Enqueue<WebhookWorker>(w => w.RunAsync(tenantId, deliveryId, CancellationToken.None));

    private static string BodyOf(AlertRule rule, AlertState before, Figure? figure, string project) => JsonSerializer.Serialize(
        new
        {
            type = "alert.state_changed",
            timestamp = rule.StateSince,
            data = new
            {
                rule = new { id = rule.Id, name = rule.Name, measure = rule.Measure.ToString(), windowMinutes = rule.WindowMinutes, warn = rule.WarnLimit, alert = rule.AlertLimit },
                project = new { id = rule.ProjectId, name = project },
                deploymentId = rule.DeploymentId,
                state = rule.State.ToString(),
                previousState = before.ToString(),
                value = figure?.Value,
                low = figure?.Low,
                high = figure?.High,
                samples = figure?.Count ?? 0,
                summary = AlertWords.Subject(rule, figure),
            },
        },
        Figures.Json);
}
