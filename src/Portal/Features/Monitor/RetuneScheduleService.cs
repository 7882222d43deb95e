using Microsoft.EntityFrameworkCore;
using Portal.Components;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>How often the live model of a project is to be tuned again.</summary>
public sealed class RetuneScheduleService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, ProjectService projects, TimeProvider time)
{
    public bool MaySet => current.May(Permission.Tune);

    /// <summary>Null where nobody has said anything.</summary>
    public async Task<RetuneSchedule?> FindAsync(string projectId, CancellationToken ct)
    {
        await projects.GetAsync(projectId, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.RetuneSchedules.AsNoTracking().SingleOrDefaultAsync(s => s.ProjectId == projectId, ct);
    }

    /// <summary>Whoever saves it answers for it: what begins by itself begins by their right.</summary>
    public async Task SetAsync(string projectId, RetunePlan plan, CancellationToken ct)
    {
        current.Require(Permission.Tune);
        await projects.GetAsync(projectId, ct);
        plan.Require();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var endpoint = await db.Endpoints.AsNoTracking().SingleOrDefaultAsync(e => e.ProjectId == projectId, ct)
            ?? throw new PortalException("Nothing is deployed here yet, so there is nothing to tune again. Deploy a model first.");
        var schedule = await db.RetuneSchedules.SingleOrDefaultAsync(s => s.EndpointId == endpoint.Id, ct)
            ?? db.RetuneSchedules.Add(new RetuneSchedule { ProjectId = projectId, EndpointId = endpoint.Id }).Entity;
        schedule.Set(plan, current.UserId, current.UserName, time.GetUtcNow().UtcDateTime);
        db.Audit("retune.scheduled", schedule.AsTarget(), Words(plan));
        if (!await db.TrySaveAsync(ct))
        {
            throw new PortalException("Somebody else has just changed this schedule. Load the page again, then decide.");
        }
    }

    internal static string Words(RetunePlan plan) => plan.Pace is RetunePace.Off ? "Off."
        : $"{plan.Pace}, with at least {Show.Count(plan.FewestRows)} new rows. {(plan.MostMicros is 0 ? "It is only proposed." : $"It begins by itself up to {Show.Money(plan.MostMicros)}.")}";
}
