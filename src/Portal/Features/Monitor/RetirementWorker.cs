using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>
/// Mails, once for each mark, that a base model of a project goes. The mail and the note that it was written are one save, and of two who
/// write that note at once the database takes one.
/// </summary>
public sealed class RetirementWorker(TenantScope scope, IDbContextFactory<PortalDbContext> dbs, OwnerMail mail, TimeProvider time, ILogger<RetirementWorker> logger)
{
    public async Task RunAsync(string tenantId, string projectId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var now = time.GetUtcNow().UtcDateTime;
        List<OutgoingMail> letters = [];
        foreach (var retiring in (await RetirementRadar.FindAsync(db, projectId, now.AddDays(RetirementRadar.FirstMark), ct)).Where(r => r.RetiresAt > now))
        {
            var (modelId, retiresAt, days) = (retiring.Model.Id, retiring.RetiresAt, MarkOf(retiring.RetiresAt, now));
            if (!await db.RetirementNotices.AnyAsync(n => n.ProjectId == projectId && n.BaseModelId == modelId && n.RetiresAt == retiresAt && n.Days == days, ct))
            {
                db.RetirementNotices.Add(new RetirementNotice { ProjectId = projectId, BaseModelId = modelId, RetiresAt = retiresAt, Days = days, At = now });
                letters.AddRange(await WriteAsync(db, retiring, now, ct));
            }
        }

        try
        {
            await db.SaveChangesAsync(ct);
            mail.Wake(tenantId, letters);
        }
        catch (DbUpdateException lost)
        {
            logger.LogInformation(lost, "The end of a base model of project {ProjectId} was mailed by another worker", projectId);
        }
    }

    /// <summary>Projects with something that ends soon, of which the mark that was passed last has not been told.</summary>
    internal static IQueryable<Project> Untold(PortalDbContext db, DateTime now)
    {
        var (first, last) = (now.AddDays(RetirementRadar.FirstMark), now.AddDays(RetirementRadar.LastMark));
        var (endpoints, deployments, candidates, notices) = (db.Endpoints, db.Deployments, db.Set<Candidate>(), db.RetirementNotices);
        var models = db.CatalogueModels.Where(m => m.RetiresAt > now && m.RetiresAt <= first);
        return db.Set<Project>().Where(p => models.Any(m =>
            (candidates.Any(c => c.TenantId == p.TenantId && c.ProjectId == p.Id && c.Rung == Rung.Tuned && c.BaseModelId == m.Id)
                || deployments.Any(d => d.TenantId == p.TenantId && d.ProjectId == p.Id && d.BaseModelId == m.Id
                    && endpoints.Any(e => e.TenantId == d.TenantId && e.Id == d.EndpointId && (e.LiveDeploymentId == d.Id || e.CanaryDeploymentId == d.Id))))
            && !notices.Any(n => n.TenantId == p.TenantId && n.ProjectId == p.Id && n.BaseModelId == m.Id && n.RetiresAt == m.RetiresAt
                && n.Days == (m.RetiresAt <= last ? RetirementRadar.LastMark : RetirementRadar.FirstMark))));
    }

    private static int MarkOf(DateTime retiresAt, DateTime now) => retiresAt <= now.AddDays(RetirementRadar.LastMark) ? RetirementRadar.LastMark : RetirementRadar.FirstMark;

    private Task<IReadOnlyList<OutgoingMail>> WriteAsync(PortalDbContext db, RetiringModel retiring, DateTime now, CancellationToken ct) => mail.AddAsync(
        db, Permission.Deploy, $"{retiring.Model.DisplayName}, used by {retiring.ProjectName}, retires in {retiring.DaysLeft(now)} days", $"""
        {RetirementRadar.Sentence(retiring, now)}

        After that day calls to it fail. What to do: {(retiring.Successor is { } next
            ? $"{(retiring.Tuned is 0 ? "choose" : "re-tune on")} {next.DisplayName}, evaluate it on the same sealed rows, and deploy it beside what is live as a canary."
            : "the catalogue has no model that could take its place yet. Look again when Google has announced one.")}

        In the portal: the project {retiring.ProjectName}, step Model. This mail is sent {RetirementRadar.FirstMark} and {RetirementRadar.LastMark} days before, once each.
        """, ct);
}

/// <summary>Projects whose base models end soon.</summary>
public sealed class RetirementSweep(IBackgroundJobClient work) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        // Most days no model is near its end, and nobody's projects are looked through.
        var first = now.AddDays(RetirementRadar.FirstMark);
        return !await db.CatalogueModels.AnyAsync(m => m.RetiresAt > now && m.RetiresAt <= first, ct) ? 0
            : await RetirementWorker.Untold(db, now).OfServedTenants(db).OrderBy(p => p.CreatedAt)
                .WakeAsync(p => work.Enqueue<RetirementWorker>(w => w.RunAsync(p.TenantId, p.Id, CancellationToken.None)), ct);
    }
}
