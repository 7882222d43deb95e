using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// Looks at one rule: what was measured, the new state, its place in the history and every message of it are one save. Whoever sets the
/// time of the look does it, so of two nodes one looks; one that is killed leaves it to the next minute, which finds the state as it was.
/// </summary>
public sealed class AlertWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, AlertReader reader, AlertNotice notice, TimeProvider time, ILogger<AlertWorker> logger)
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_historyKept = TimeSpan.FromDays(180);

    public async Task RunAsync(string tenantId, string ruleId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await Due(db, now).Where(r => r.Id == ruleId).ExecuteUpdateAsync(set => set.SetProperty(r => r.CheckedAt, now), ct) is 0)
        {
            return;
        }

        var rule = await db.AlertRules.SingleAsync(r => r.Id == ruleId, ct);
        var figure = await reader.NowAsync(db, new AlertScope(rule.ProjectId, rule.DeploymentId), rule.Limits, now, ct);
        var before = rule.State;
        rule.Measured(figure, rule.Track.Next(rule.Limits.Judge(figure), now, rule.Limits.Hold));
        var messages = rule.State == before ? null : await notice.AddAsync(db, rule, before, figure, ct);
        if (messages is not null)
        {
            db.AlertChanges.Add(ChangeOf(rule, before, figure, messages.Count));
        }

        // Lost to somebody who has just changed the rule: what they said is looked at in a minute.
        if (await db.TrySaveAsync(ct) && messages is not null)
        {
            notice.Wake(tenantId, messages);
            logger.LogInformation("Alert rule {Rule} went from {Before} to {After}", rule.Id, before, rule.State);
            var old = now - s_historyKept;
            await db.AlertChanges.Where(c => c.RuleId == ruleId && c.At < old).ExecuteDeleteAsync(ct);
        }
    }

    internal static IQueryable<AlertRule> Due(PortalDbContext db, DateTime now)
    {
        var before = now - s_every;
        return db.AlertRules.Where(r => r.IsOn && (r.CheckedAt == null || r.CheckedAt <= before));
    }

    private static AlertChange ChangeOf(AlertRule rule, AlertState before, Figure? figure, int told) => new()
    {
        ProjectId = rule.ProjectId, RuleId = rule.Id, Before = before, After = rule.State, At = rule.StateSince,
        Value = figure?.Value, Low = figure?.Low, High = figure?.High, Samples = figure?.Count ?? 0, Told = told,
    };
}

/// <summary>Rules that have not been looked at for a minute.</summary>
public sealed class AlertSweep(IBackgroundJobClient work) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        AlertWorker.Due(db, now).OfServedTenants(db).OrderBy(r => r.CheckedAt)
            .WakeAsync(r => work.Enqueue<AlertWorker>(w => w.RunAsync(r.TenantId, r.Id, CancellationToken.None)), ct);
}
