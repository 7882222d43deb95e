using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What somebody says of a rule in its form.</summary>
public sealed record AlertDraft(string Name, string? DeploymentId, AlertLimits Limits, IReadOnlyList<string> UserIds, IReadOnlyList<string> WebhookIds);

/// <summary>A rule in a list, with whom it tells.</summary>
public sealed record AlertRow(AlertRule Rule, string Of, int Mails, IReadOnlyList<string> Webhooks);

public sealed record AlertHistoryRow(AlertChange Change, string RuleName, AlertMeasure Measure);

/// <summary>All that the page of a project's alerts shows.</summary>
public sealed record AlertBoard(string ProjectName, IReadOnlyList<AlertRow> Rules, IReadOnlyList<AlertHistoryRow> History, int Changes);

/// <summary>Something that can be chosen in a form.</summary>
public sealed record AlertChoice(string Id, string Name, string Note = "");

/// <summary>What the form of a rule begins with, and can be filled in with.</summary>
public sealed record AlertForm(AlertDraft Draft, string RuleName, IReadOnlyList<AlertChoice> Deployments, IReadOnlyList<AlertChoice> Members, IReadOnlyList<AlertChoice> Webhooks);

/// <summary>A project's alert rules: seen by whoever sees its figures, changed by whoever may deploy.</summary>
public sealed class AlertService(IDbContextFactory<PortalDbContext> dbs, ProjectService projects, AlertReader reader, CurrentMember current, TimeProvider time)
{
    public const int PageSize = 25;
    public const int MostRules = 50;

    /// <summary>Beyond it nobody finds a person in a list; others are told by a webhook.</summary>
    private const int MostMembers = 200;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public bool MayChange => current.May(Permission.Deploy);

    public async Task<AlertBoard> ReadAsync(string projectId, int page, CancellationToken ct)
    {
        var (project, _) = await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db.AlertRules.AsNoTracking().Where(r => r.ProjectId == projectId).OrderBy(r => r.Name).ThenBy(r => r.Id).ToListAsync(ct);
        var routes = await (from route in db.AlertRoutes.AsNoTracking() join rule in db.AlertRules on route.RuleId equals rule.Id where rule.ProjectId == projectId select route).ToListAsync(ct);
        var webhooks = await db.AlertWebhooks.AsNoTracking().Where(w => w.ProjectId == projectId).ToDictionaryAsync(w => w.Id, w => w.Name, ct);
        var deployments = (await DeploymentsAsync(db, projectId, ct)).ToDictionary(d => d.Id, d => d.Name);
        var changes = db.AlertChanges.AsNoTracking().Where(c => c.ProjectId == projectId);
        var history = await (from change in changes join rule in db.AlertRules on change.RuleId equals rule.Id orderby change.At descending, change.Id descending select new AlertHistoryRow(change, rule.Name, rule.Measure))
            .Skip(Math.Max(0, page) * PageSize).Take(PageSize).ToListAsync(ct);
        return new AlertBoard(project.Name, [.. rules.Select(Row)], history, await changes.CountAsync(ct));

        AlertRow Row(AlertRule rule)
        {
            var mine = routes.Where(r => r.RuleId == rule.Id).ToList();
            return new AlertRow(rule, rule.DeploymentId is { } id ? deployments.GetValueOrDefault(id, "") : "all deployments", mine.Count(r => r.UserId is not null),
                [.. mine.Where(r => r.WebhookId is not null).Select(r => webhooks.GetValueOrDefault(r.WebhookId ?? "", "")).Order(StringComparer.CurrentCulture)]);
        }
    }

    /// <param name="ruleId">Null for a new one.</param>
    public async Task<AlertForm> OpenAsync(string projectId, string? ruleId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rule = ruleId is null ? null : await FindAsync(db, projectId, ruleId, ct);
        var routes = rule is null ? [] : await db.AlertRoutes.AsNoTracking().Where(r => r.RuleId == rule.Id).ToListAsync(ct);
        var members = await MembersAsync(db, ct);
        var draft = rule is null
            ? new AlertDraft("", null, AlertLimits.Usual(AlertMeasure.ErrorRate), [.. members.Where(m => m.Id == current.UserId && m.Note is "").Select(m => m.Id)], [])
            : new AlertDraft(rule.Name, rule.DeploymentId, rule.Limits, [.. routes.Select(r => r.UserId).OfType<string>()], [.. routes.Select(r => r.WebhookId).OfType<string>()]);
        var webhooks = await db.AlertWebhooks.AsNoTracking().Where(w => w.ProjectId == projectId).OrderBy(w => w.Name).Select(w => new AlertChoice(w.Id, w.Name, "")).ToListAsync(ct);
        return new AlertForm(draft, rule?.Name ?? "", await DeploymentsAsync(db, projectId, ct), members, webhooks);
    }

    /// <summary>The rule over the last days, saved or not.</summary>
    public async Task<AlertPreview> PreviewAsync(string projectId, string? deploymentId, AlertLimits limits, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await RequireDeploymentAsync(db, projectId, deploymentId, ct);
        return await reader.PreviewAsync(db, new AlertScope(projectId, deploymentId), limits, Now, ct);
    }

    public async Task SaveAsync(string projectId, string? ruleId, AlertDraft draft, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await RequireDeploymentAsync(db, projectId, draft.DeploymentId, ct);
        if (ruleId is null && await db.AlertRules.CountAsync(r => r.ProjectId == projectId, ct) >= MostRules)
        {
            throw new PortalException($"A project has at most {MostRules} alert rules. Remove one first.");
        }

        var rule = ruleId is null ? db.AlertRules.Add(AlertRule.Of(projectId, Now)).Entity : await FindAsync(db, projectId, ruleId, ct);
        rule.Set(draft.Name, draft.DeploymentId, draft.Limits);
        var told = await RouteAsync(db, rule, draft, ct);
        db.Audit(ruleId is null ? "alert.added" : "alert.changed", TargetOf(rule), $"{AlertWords.Of(rule.Measure)} over {AlertWords.Window(rule.WindowMinutes)}. {AlertWords.Lines(rule.Limits)}. Tells {told}.");
        await SaveAsync(db, ct);
    }

    public async Task SwitchAsync(string projectId, string ruleId, bool isOn, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rule = await FindAsync(db, projectId, ruleId, ct);
        if (rule.IsOn != isOn)
        {
            rule.Switch(isOn, Now);
            db.Audit(isOn ? "alert.switched-on" : "alert.switched-off", TargetOf(rule));
            await SaveAsync(db, ct);
        }
    }

    /// <summary>With its history.</summary>
    public async Task RemoveAsync(string projectId, string ruleId, CancellationToken ct)
    {
        current.Require(Permission.Deploy);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rule = await FindAsync(db, projectId, ruleId, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.AlertRoutes.Where(r => r.RuleId == ruleId).ExecuteDeleteAsync(ct);
        await db.AlertChanges.Where(c => c.RuleId == ruleId).ExecuteDeleteAsync(ct);
        db.AlertRules.Remove(rule);
        db.Audit("alert.removed", TargetOf(rule));
        await SaveAsync(db, ct);
        await transaction.CommitAsync(ct);
    }

    private static AuditTarget TargetOf(AlertRule rule) => new("alert rule", rule.Id, rule.Name, rule.ProjectId);

    private static async Task<AlertRule> FindAsync(PortalDbContext db, string projectId, string ruleId, CancellationToken ct) =>
        await db.AlertRules.SingleOrDefaultAsync(r => r.Id == ruleId && r.ProjectId == projectId, ct) ?? throw new NotFoundException("alert rule");

    private static async Task RequireDeploymentAsync(PortalDbContext db, string projectId, string? deploymentId, CancellationToken ct)
    {
        if (deploymentId is not null && !await db.Set<Deploy.Deployment>().AnyAsync(d => d.Id == deploymentId && d.ProjectId == projectId, ct))
        {
            throw new NotFoundException("deployment");
        }
    }

    private static async Task<List<AlertChoice>> DeploymentsAsync(PortalDbContext db, string projectId, CancellationToken ct) =>
        await db.Set<Deploy.Deployment>().AsNoTracking().Where(d => d.ProjectId == projectId && d.DeployedAt != null).OrderByDescending(d => d.Number).Take(PageSize)
            .Select(d => new AlertChoice(d.Id, "Number " + d.Number + " · " + d.CandidateName, "")).ToListAsync(ct);

    private static async Task SaveAsync(PortalDbContext db, CancellationToken ct)
    {
        if (!await db.TrySaveAsync(ct))
        {
            throw new PortalException("The rule was changed, or looked at, in the same moment. Nothing was saved; try again.");
        }
    }

    /// <summary>Whoever may not see the members sees themselves; a guest of another organisation is no member, and told by a webhook.</summary>
    private async Task<List<AlertChoice>> MembersAsync(PortalDbContext db, CancellationToken ct)
    {
        var (tenantId, userId, seesAll) = (db.TenantId, current.UserId, current.May(Permission.ViewMembers));
        var people = from member in db.Members.AsNoTracking().Where(m => m.TenantId == tenantId && (seesAll || m.UserId == userId))
                     join user in db.Users on member.UserId equals user.Id
                     orderby user.Name, user.Id
                     select new { user.Id, user.Name, user.Email, user.IsEmailVerified };
        return [.. (await people.Take(MostMembers).ToListAsync(ct))
            .Select(p => new AlertChoice(p.Id, p.Name is "" ? p.Email : p.Name, p.IsEmailVerified && p.Email is not "" ? "" : "has no verified address, so no mail arrives"))];
    }

    /// <summary>Whom the one who saves does not see stays told.</summary>
    private async Task<string> RouteAsync(PortalDbContext db, AlertRule rule, AlertDraft draft, CancellationToken ct)
    {
        var (ruleId, projectId) = (rule.Id, rule.ProjectId);
        var there = await db.AlertRoutes.Where(r => r.RuleId == ruleId).ToListAsync(ct);
        var seen = (await MembersAsync(db, ct)).Select(m => m.Id).ToHashSet(StringComparer.Ordinal);
        var webhooks = await db.AlertWebhooks.Where(w => w.ProjectId == projectId).Select(w => w.Id).ToListAsync(ct);
        var kept = there.Select(r => r.UserId).OfType<string>().Where(id => !seen.Contains(id)).ToList();
        if (draft.UserIds.Any(id => !seen.Contains(id) && !kept.Contains(id)))
        {
            throw new NotFoundException("member");
        }

        if (draft.WebhookIds.Except(webhooks).Any())
        {
            throw new NotFoundException("webhook");
        }

        List<string> users = [.. draft.UserIds.Union(kept)];
        List<string> addresses = [.. draft.WebhookIds.Distinct()];
        db.AlertRoutes.RemoveRange(there.Where(r => !(r.UserId is { } user && users.Contains(user)) && !(r.WebhookId is { } webhook && addresses.Contains(webhook))));
        db.AlertRoutes.AddRange(users.Except(there.Select(r => r.UserId).OfType<string>()).Select(id => new AlertRoute { RuleId = ruleId, UserId = id }));
        db.AlertRoutes.AddRange(addresses.Except(there.Select(r => r.WebhookId).OfType<string>()).Select(id => new AlertRoute { RuleId = ruleId, WebhookId = id }));
        return $"{users.Count} by mail, {addresses.Count} by webhook";
    }
}
