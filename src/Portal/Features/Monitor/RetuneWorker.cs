using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

/// <summary>
/// Holds a live tuned model's figures against the limits, and proposes to tune it again where one is crossed: the proposal, the entry in the
/// log and the mail are one save. Twice, or on two nodes at once, there is one proposal.
/// </summary>
public sealed class RetuneWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, RetuneFigures figures, RetuneProposer proposer, OwnerMail mail, IOptions<RetuneOptions> options, TimeProvider time, ILogger<RetuneWorker> logger)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string endpointId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == endpointId, ct) is not { LiveDeploymentId: { } liveId } endpoint || !await ClaimAsync(db, endpoint, ct))
        {
            return;
        }

        var live = await db.Deployments.AsNoTracking().SingleAsync(d => d.Id == liveId, ct);
        await proposer.EndAnsweredAsync(db, live, ct);
        var signals = await figures.ReadAsync(db, live, ct);
        var watch = await db.RetuneWatches.SingleAsync(w => w.EndpointId == endpointId, ct);
        watch.Note(live.Id, signals ?? []);
        IReadOnlyList<OutgoingMail> letters = [];
        if (signals is not null && await RetuneProposer.IsNewsAsync(db, live, signals, ct))
        {
            letters = await proposer.ProposeAsync(db, endpoint, live, signals, "", ct);
        }

        try
        {
            await db.SaveChangesAsync(ct);
            mail.Wake(tenantId, letters);
        }
        catch (DbUpdateException other)
        {
            // The place is taken: another node proposed it, or looked, at this moment.
            logger.LogInformation(other, "Endpoint {EndpointId} was looked at by another worker", endpointId);
        }
    }

    /// <summary>Endpoints that were not looked at for a day, or where something was said or settled since.</summary>
    internal static IQueryable<Endpoint> Due(PortalDbContext db, DateTime now, RetuneOptions options)
    {
        var (daily, soon) = (now - options.Every, now - options.AtMostEvery);
        var (watches, feedback, drafts) = (db.RetuneWatches, db.AnswerFeedback, db.TrafficDrafts);
        return db.Endpoints.Where(e => e.LiveDeploymentId != null && !watches.Any(w => w.TenantId == e.TenantId && w.EndpointId == e.Id && w.CheckedAt != null && w.CheckedAt > daily
            && (w.CheckedAt > soon || (w.DeploymentId == e.LiveDeploymentId && !feedback.Any(f => f.TenantId == e.TenantId && f.EndpointId == e.Id && f.At > w.CheckedAt)
                && !drafts.Any(d => d.TenantId == e.TenantId && d.ProjectId == e.ProjectId && d.AddedAt > w.CheckedAt)))));
    }

    /// <summary>False where another has looked just now.</summary>
    private async Task<bool> ClaimAsync(PortalDbContext db, Endpoint endpoint, CancellationToken ct)
    {
        var (now, before) = (Now, Now - options.Value.AtMostEvery);
        if (!await db.RetuneWatches.AnyAsync(w => w.EndpointId == endpoint.Id, ct))
        {
            await BeginAsync(db, endpoint, ct);
        }

        return await db.RetuneWatches.Where(w => w.EndpointId == endpoint.Id && (w.CheckedAt == null || w.CheckedAt <= before)).ExecuteUpdateAsync(set => set.SetProperty(w => w.CheckedAt, now), ct) is 1;
    }

    /// <summary>Two at once queue up at the endpoint's row, which stays as it is: the later one finds what the first has made.</summary>
    private static async Task BeginAsync(PortalDbContext db, Endpoint endpoint, CancellationToken ct)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Endpoints.Where(e => e.Id == endpoint.Id).ExecuteUpdateAsync(set => set.SetProperty(e => e.LastNumber, e => e.LastNumber), ct);
        if (!await db.RetuneWatches.AnyAsync(w => w.EndpointId == endpoint.Id, ct))
        {
            db.RetuneWatches.Add(new RetuneWatch { ProjectId = endpoint.ProjectId, EndpointId = endpoint.Id });
            await db.SaveChangesAsync(ct);
            db.ChangeTracker.Clear();
        }

        await transaction.CommitAsync(ct);
    }
}

public sealed class RetuneSweep(IBackgroundJobClient work, IOptions<RetuneOptions> options) : ISwept
{
    public Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct) =>
        RetuneWorker.Due(db, now, options.Value).OfServedTenants(db).OrderBy(e => e.CreatedAt)
            .WakeAsync(e => work.Enqueue<RetuneWorker>(w => w.RunAsync(e.TenantId, e.Id, CancellationToken.None)), ct);
}
