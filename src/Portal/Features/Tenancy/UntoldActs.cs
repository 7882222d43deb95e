using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What was done and stands in a log's outbox still: told within seconds where all is well.</summary>
public abstract class UntoldActs : IFailedWork
{
    public abstract string Kind { get; }

    public string? WhyNotAgain => null;

    public IQueryable<FailedItem> Of(PortalDbContext db) => Untold(db).Where(_ => false);

    public IQueryable<FailedItem> WaitingOf(PortalDbContext db, DateTime now)
    {
        var before = now - IFailedWork.Patience;
        return Untold(db).Where(a => a.At < before);
    }

    public string CauseOf(string stored) => "The worker that writes it into the log does not get through. Look at what failed in the background for its fault.";

    public async Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        return await Untold(db).AnyAsync(a => a.Id == id && a.TenantId == tenantId, ct) ? () => Wake(tenantId, id) : null;
    }

    protected abstract IQueryable<FailedItem> Untold(PortalDbContext db);

    protected abstract void Wake(string tenantId, string id);
}

public sealed class UntoldPlatformActs(IBackgroundJobClient jobs) : UntoldActs
{
    public override string Kind => "Entry for the platform's log";

    protected override IQueryable<FailedItem> Untold(PortalDbContext db) => db.PlatformActs.Where(a => a.ToldAt == null)
        .Select(a => new FailedItem { TenantId = a.TargetId, Id = a.Id, At = a.At });

    protected override void Wake(string tenantId, string id) => jobs.Enqueue<PlatformActWorker>(w => w.RunAsync(PlatformLog.Id, id, CancellationToken.None));
}

public sealed class UntoldEngagementActs(IBackgroundJobClient jobs) : UntoldActs
{
    public override string Kind => "Entry about an engagement";

    protected override IQueryable<FailedItem> Untold(PortalDbContext db) => db.EngagementActs.Where(a => a.ToldAt == null)
        .Select(a => new FailedItem { TenantId = a.TellId, Id = a.Id, At = a.At });

    protected override void Wake(string tenantId, string id) => jobs.Enqueue<EngagementWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
}

public sealed class UntoldSessionActs(IBackgroundJobClient jobs) : UntoldActs
{
    public override string Kind => "Entry about a sign-in";

    protected override IQueryable<FailedItem> Untold(PortalDbContext db) => db.SessionActs
        .Select(a => new FailedItem { TenantId = a.TellTenantId, Id = a.Id, At = a.At });

    protected override void Wake(string tenantId, string id) => jobs.Enqueue<SessionActWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
}
