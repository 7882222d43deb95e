using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>A webhook in a list, with the last message to it.</summary>
public sealed record WebhookRow(AlertWebhook Webhook, WebhookDelivery? Last);

/// <summary>A secret, readable this once.</summary>
public sealed record WebhookSecret(string Name, string Secret);

/// <summary>Where alerts of a project are sent, and what became of each message: only for whoever may deploy, since an address can be a secret.</summary>
public sealed class WebhookService(
    IDbContextFactory<PortalDbContext> dbs, ProjectService projects, WebhookSecrets secrets, AlertNotice notice, CurrentMember current, TenantScope scope, IOptions<MonitorOptions> options, TimeProvider time)
{
    public const int PageSize = 25;
    public const int MostWebhooks = 10;

    /// <summary>Beside that of the web itself, one that many receivers listen at. Others reach what is not meant to be reached.</summary>
    private static readonly int[] s_ports = [443, 8443];

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<IReadOnlyList<WebhookRow>> ListAsync(string projectId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var deliveries = db.WebhookDeliveries;
        var rows = from webhook in db.AlertWebhooks.AsNoTracking()
                   where webhook.ProjectId == projectId
                   orderby webhook.Name, webhook.Id
                   select new { webhook, Last = deliveries.Where(d => d.WebhookId == webhook.Id).OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).FirstOrDefault() };
        return [.. (await rows.ToListAsync(ct)).Select(r => new WebhookRow(r.webhook, r.Last))];
    }

    /// <summary>The newest messages to one of them.</summary>
    public async Task<IReadOnlyList<WebhookDelivery>> DeliveriesAsync(string projectId, string webhookId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await FindAsync(db, projectId, webhookId, ct);
        return await db.WebhookDeliveries.AsNoTracking().Where(d => d.WebhookId == webhookId).OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id).Take(PageSize).ToListAsync(ct);
    }

    public async Task<WebhookSecret> AddAsync(string projectId, string name, string address, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await projects.GetAsync(projectId, ct);
        var (checkedName, url) = (CheckedName(name), CheckedAddress(address));
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.AlertWebhooks.CountAsync(w => w.ProjectId == projectId, ct) >= MostWebhooks)
        {
            throw new PortalException($"A project has at most {MostWebhooks} webhooks. Remove one first.");
        }

        var secret = WebhookSignature.CreateSecret();
        var webhook = new AlertWebhook { ProjectId = projectId, Name = checkedName, Url = url, CreatedAt = Now, CreatedByName = current.UserName };
        webhook.Seal(secrets.Protect(secret));
        db.AlertWebhooks.Add(webhook);
        db.Audit("webhook.added", TargetOf(webhook), $"To {new Uri(url).IdnHost}.");
        await db.SaveChangesAsync(ct);
        return new WebhookSecret(webhook.Name, secret);
    }

    /// <param name="hours">For so long the secret there was signs as well, so that receivers can change over one by one.</param>
    public async Task<WebhookSecret> RotateAsync(string projectId, string webhookId, int hours, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        if (hours is < 0 or > 168)
        {
            throw new PortalException("The secret there was goes on for at most 7 days.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var webhook = await FindAsync(db, projectId, webhookId, ct);
        var secret = WebhookSignature.CreateSecret();
        webhook.Rotate(secrets.Protect(secret), Now.AddHours(hours), Now);
        db.Audit("webhook.rotated", TargetOf(webhook), hours is 0 ? "The secret there was is void at once." : $"The secret there was signs for {hours} hours more.");
        if (!await db.TrySaveAsync(ct))
        {
            throw new PortalException("Somebody else has just given it a new secret. Load the page again, then decide.");
        }

        return new WebhookSecret(webhook.Name, secret);
    }

    /// <summary>A message like those of alerts, which says that it is a test.</summary>
    public async Task TestAsync(string projectId, string webhookId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var webhook = await FindAsync(db, projectId, webhookId, ct);
        var recent = Now.AddMinutes(-1);
        if (await db.WebhookDeliveries.CountAsync(d => d.WebhookId == webhookId && d.Type == "alert.test" && d.CreatedAt > recent, ct) >= 5)
        {
            throw new PortalException("Five tests were sent within a minute. Look at what became of them below, then try again.");
        }

        var body = JsonSerializer.Serialize(new { type = "alert.test", timestamp = Now, data = new { webhook = new { id = webhook.Id, name = webhook.Name }, summary = $"A test, sent by {current.UserName}." } }, Figures.Json);
        var delivery = db.WebhookDeliveries.Add(WebhookDelivery.Write(webhook, "alert.test", body, Now)).Entity;
        db.Audit("webhook.tested", TargetOf(webhook));
        await db.SaveChangesAsync(ct);
        notice.Wake(scope.TenantId, delivery.Id);
    }

    /// <summary>With what is on its way to it, and its log.</summary>
    public async Task RemoveAsync(string projectId, string webhookId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var webhook = await FindAsync(db, projectId, webhookId, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.AlertRoutes.Where(r => r.WebhookId == webhookId).ExecuteDeleteAsync(ct);
        await db.WebhookDeliveries.Where(d => d.WebhookId == webhookId).ExecuteDeleteAsync(ct);
        db.AlertWebhooks.Remove(webhook);
        db.Audit("webhook.removed", TargetOf(webhook));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("An alert has just sent a message to it. Nothing was removed; try again.");
        }

        await transaction.CommitAsync(ct);
    }

    private static AuditTarget TargetOf(AlertWebhook webhook) => new("webhook", webhook.Id, webhook.Name, webhook.ProjectId);

    private static async Task<AlertWebhook> FindAsync(PortalDbContext db, string projectId, string webhookId, CancellationToken ct) =>
        await db.AlertWebhooks.SingleOrDefaultAsync(w => w.Id == webhookId && w.ProjectId == projectId, ct) ?? throw new NotFoundException("webhook");

    private static string CheckedName(string name)
    {
        name = name.Trim();
        return name.Length is 0 or > AlertWebhook.NameLength || name.Any(char.IsControl)
            ? throw new PortalException($"Give the webhook a name of one line with at most {AlertWebhook.NameLength} characters, such as \"On-call rota\".") : name;
    }

    private string CheckedAddress(string typed)
    {
        var address = typed.Trim();
        if (address.Length is 0 or > AlertWebhook.UrlLength || address.Any(c => c is <= ' ' or > '~') || !Uri.TryCreate(address, UriKind.Absolute, out var uri))
        {
            throw new PortalException("The address must be an https address in plain letters: https://alerts.acme.example/portal.");
        }

        var isOpen = options.Value.AllowLoopbackWebhooks && uri.IsLoopback;
        return uri switch
        {
            _ when uri.Scheme != Uri.UriSchemeHttps && !(isOpen && uri.Scheme == Uri.UriSchemeHttp) => throw new PortalException("The address must begin with https://. Over plain http anybody on the way could read the alerts."),
            { UserInfo: not "" } or { Fragment: not "" } => throw new PortalException("The address has a user name or a fragment. Messages are signed; leave both out."),
            _ when !isOpen && !OutsideHttp.LeadsOutside(uri) => throw new PortalException("The address lies on this machine or in a private network, which the portal does not call. It must be reachable from the internet by its name."),
            _ when !isOpen && !s_ports.Contains(uri.Port) => throw new PortalException($"The portal calls the ports {string.Join(" and ", s_ports)}, and not {uri.Port}. Have the receiver listen at one of them."),
            _ => uri.AbsoluteUri,
        };
    }
}
