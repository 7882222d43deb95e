using System.Security.Claims;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What a consultant carries over an engagement: each side is entered by its own gate and hears in its own log of what was done.</summary>
public sealed class OtherSide(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TenantScope scope, IServiceScopeFactory services, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <summary>From a client into the consultancy that one is here for, as a member there. Whoever has left it, or signed in otherwise than it asks, does not get in.</summary>
    public async Task<AsyncServiceScope> EnterConsultancyAsync(ClaimsPrincipal person, CancellationToken ct)
    {
        var engagementId = current.IsVisiting ? current.Membership.Access.ViaId : throw new InvalidOperationException("Only a consultant at a client has a consultancy to go back to.");
        await using var db = await dbs.CreateDbContextAsync(ct);
        var consultancy = await (
            from engagement in db.Engagements.AsNoTracking()
            join tenant in db.Tenants on engagement.ConsultancyId equals tenant.Id
            where engagement.Id == engagementId
            select tenant).SingleAsync(ct);
        var own = services.CreateAsyncScope();
        if (await own.ServiceProvider.GetRequiredService<MemberGate>().EnterAsync(person, consultancy.Slug, scope.Actor.Address, ct)
            && own.ServiceProvider.GetRequiredService<CurrentMember>() is { IsVisiting: false })
        {
            return own;
        }

        await own.DisposeAsync();
        throw new PortalException($"You are not let into {consultancy.Name} at present, so nothing was done. Open it once, then try again.");
    }

    /// <summary>Adds the act to what the context saves next; wake it once that is saved.</summary>
    public EngagementAct Tell(PortalDbContext db, string engagementId, string tellId, string action, string targetName, string details)
    {
        var act = new EngagementAct
        {
            EngagementId = engagementId, TellId = tellId, OnceKey = Guid.NewGuid().ToString("N"), Action = action, ActorUserId = current.UserId, ActorName = current.UserName,
            Via = current.IsVisiting ? "" : current.Membership.TenantName, TargetName = targetName, Details = details, At = time.GetUtcNow().UtcDateTime,
        };
        db.EngagementActs.Add(act);
        return act;
    }

    public void Wake(EngagementAct act) => jobs.Enqueue<EngagementWorker>(w => w.RunAsync(act.TellId, act.Id, CancellationToken.None));
}
