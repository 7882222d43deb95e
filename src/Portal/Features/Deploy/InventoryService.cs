using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Connect;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Deploy;

/// <summary>What stands on the page of an organization's endpoints.</summary>
/// <param name="Look">Null before the first.</param>
public sealed record Inventory(IReadOnlyList<EndpointUse> Uses, IReadOnlyList<Stray> AtGoogle, IReadOnlyList<Stray> Gone, InventoryLook? Look, int IdleDays, bool IsLooking);

/// <summary>Tells what is deployed and not used, and where the portal's rows and Google's objects differ; deletes an object that is this organization's and nobody's here.</summary>
public sealed class InventoryService(
    IDbContextFactory<PortalDbContext> dbs, IdleEndpoints idle, GoogleInventory google, ConnectService connect, CurrentMember current, IBackgroundJobClient work,
    IOptions<DeployOptions> options, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<Inventory> ReadAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewConnection);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var look = await db.InventoryLooks.AsNoTracking().SingleOrDefaultAsync(ct);
        var strays = await db.Strays.AsNoTracking().Where(s => s.EndedAt == null && s.Kind != StrayKind.IdleEndpoint).OrderBy(s => s.Name).ToListAsync(ct);
        return new Inventory(
            await idle.ListAsync(db, ct), strays.FindAll(s => s.IsAtGoogle), strays.FindAll(s => !s.IsAtGoogle), look, options.Value.IdleDays, look?.IsUnderWay(Now) is true);
    }

    /// <summary>Has it looked over now. Where that is due or under way already, nothing more happens.</summary>
    public async Task LookAgainAsync(CancellationToken ct)
    {
        current.Require(Permission.ViewConnection);
        DeployRights.RequireDeployer(current);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var look = await db.InventoryLooks.SingleOrDefaultAsync(ct) ?? db.InventoryLooks.Add(new InventoryLook()).Entity;
        look.Ask(Now);
        await DeploymentService.SaveAsync(db, ct);
        var tenantId = current.Membership.TenantId;
        work.Enqueue<InventoryWorker>(w => w.RunAsync(tenantId, CancellationToken.None));
    }

    /// <summary>
    /// Deletes an object at Google. What Google says of it at this moment decides: it carries this organization's label, and no tuning here
    /// has a use for it. That it is wanted is on record before Google is asked.
    /// </summary>
    public async Task DeleteAsync(string strayId, CancellationToken ct)
    {
        current.Require(Permission.ManageConnection);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var stray = await db.Strays.SingleOrDefaultAsync(s => s.Id == strayId && s.EndedAt == null, ct) ?? throw new NotFoundException("object at Google");
        if (!stray.IsAtGoogle)
        {
            throw new PortalException("Only what stands at Google and is unknown here can be deleted from this page.");
        }

        try
        {
            var session = await connect.OpenAsync(ct);
            await RequireOursAsync(db, session, stray, ct);
            stray.AskDelete(current.UserName, Now);
            db.Audit("stray.deleted", stray.AsTarget(), $"{InventoryWords.Thing(stray.Kind)}. {stray.Note}");
            await DeploymentService.SaveAsync(db, ct);
            await (stray.Kind is StrayKind.UnknownModel ? TunedObjects.DeleteModelAsync(session, stray.Name, ct) : TunedObjects.DeleteEndpointAsync(session, stray.Name, ct));
            stray.End(Now);
        }
        catch (VertexException missing) when (missing.HttpStatus is 404)
        {
            stray.End(Now);
        }
        catch (VertexException fault)
        {
            stray.NotDeleted(fault.HttpStatus is 0 ? "Google does not answer." : $"Google answers {fault.HttpStatus} {fault.Status}.");
            await DeploymentService.SaveAsync(db, ct);
            throw new PortalException($"It was not deleted. {stray.Problem} {(stray.Kind is StrayKind.UnknownModel ? "A model that an endpoint serves goes after its endpoint. " : "")}Google said: {fault.Message}", fault);
        }

        await DeploymentService.SaveAsync(db, ct);
    }

    private async Task RequireOursAsync(PortalDbContext db, VertexSession session, Stray stray, CancellationToken ct)
    {
        var labels = stray.Kind is StrayKind.UnknownModel ? (await session.Vertex.GetModelAsync(stray.Name, ct)).Labels : (await session.Vertex.GetEndpointAsync(stray.Name, ct)).Labels;
        var jobId = labels.GetValueOrDefault(TuningJob.LabelKey, "");
        if (!google.IsOurs(labels))
        {
            throw new PortalException("It does not carry this organization's label at Google any more, so the portal leaves it alone. Look again to see what stands there now.");
        }

        if (await db.TuningJobs.AnyAsync(j => j.Id == jobId && j.State != TuningJobState.Failed && j.State != TuningJobState.Cancelled, ct)
            || await db.Candidates.AnyAsync(c => c.ModelName == stray.Name, ct))
        {
            throw new PortalException("A tuning here has a use for it by now, so it stays. Look again to see what stands there now.");
        }
    }
}
