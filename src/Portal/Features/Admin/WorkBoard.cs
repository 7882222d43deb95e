using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;

namespace Portal.Features.Admin;

/// <summary>Something that failed or waits.</summary>
/// <param name="Kind">What it is called; <see cref="WorkBoard.StepKind"/> for a step of the background work itself.</param>
/// <param name="WhyNotAgain">Why the platform does not begin it again; null where it may.</param>
public sealed record WorkRow(string Kind, string Id, string TenantId, string Organization, string Subject, DateTime At, string Cause, int Attempts, string? WhyNotAgain)
{
    public bool IsStep => Kind is WorkBoard.StepKind;
}

/// <param name="Rows">A page of it.</param>
/// <param name="From">Where in the list the page begins.</param>
/// <param name="HasMore">Whether there is more behind it.</param>
/// <param name="Kinds">The kinds there are.</param>
public sealed record WorkList(IReadOnlyList<WorkRow> Rows, int From, bool HasMore, IReadOnlyList<string> Kinds);

/// <summary>
/// What failed or does not get on, of every organisation: what the slices know of their work, and the steps of the background work beneath
/// it. Whatever is begun again goes the way its slice begins it.
/// </summary>
public sealed class WorkBoard(PlatformWork platform, TimeProvider time)
{
    public const int PageSize = 25;

    public const string StepKind = "Background step";

    /// <summary>What failed longer ago is history: nobody waits for it.</summary>
    public const int Days = 30;

    private const int Deepest = 1_000;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <param name="waiting">What waits or is tried again, instead of what failed for good.</param>
    /// <param name="kind">Of this kind alone; null is all.</param>
    /// <param name="tenantId">Of this organisation alone; null is all.</param>
    /// <param name="from">Where to begin.</param>
    /// <param name="ct">Cancels.</param>
    public Task<WorkList> ListAsync(bool waiting, string? kind, string? tenantId, int from, CancellationToken ct) => platform.ReadAsync(
        async (services, db) =>
        {
            var start = Math.Clamp(from, 0, Deepest) / PageSize * PageSize;
            var most = start + PageSize + 1;
            var kinds = services.GetServices<IFailedWork>().ToList();
            var found = new List<WorkRow>();
            foreach (var work in kinds.Where(w => kind is null || w.Kind == kind))
            {
                found.AddRange(await RowsAsync(work, db, waiting, tenantId, most, ct));
            }

            if (kind is null or StepKind)
            {
                found.AddRange(Steps(services.GetRequiredService<StuckJobs>(), waiting, tenantId, most));
            }

            var page = found.OrderByDescending(r => r.At).ThenBy(r => r.Id, StringComparer.Ordinal).Skip(start).Take(PageSize).ToList();
            var ids = page.Select(r => r.TenantId).Distinct().ToList();
            var names = await db.Tenants.Where(t => ids.Contains(t.Id)).ToDictionaryAsync(t => t.Id, t => t.Name, ct);
            return new WorkList(
                [.. page.Select(r => r with { Organization = names.GetValueOrDefault(r.TenantId, r.TenantId is PlatformLog.Id or "" ? "The platform" : "") })],
                start, found.Count > start + PageSize, [.. kinds.Select(w => w.Kind).Append(StepKind).Order(StringComparer.Ordinal)]);
        },
        ct);

    /// <summary>In the organisation's scope, and in both logs. Doing it twice begins it once.</summary>
    public async Task AgainAsync(WorkRow row, CancellationToken ct)
    {
        if (row.IsStep)
        {
            await StepAgainAsync(row.Id, ct);
            return;
        }

        await platform.ActAsync(
            row.TenantId,
            async services =>
            {
                var work = services.GetServices<IFailedWork>().SingleOrDefault(w => w.Kind == row.Kind) ?? throw new NotFoundException("work");
                await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
                if (await work.AgainAsync(db, row.Id, Now, ct) is not { } wake)
                {
                    throw new PortalException("It neither failed nor waits any more: somebody began it again, or it went on by itself. Nothing was done.");
                }

                var act = await AuditAsync(db, row, ct);
                try
                {
                    await db.SaveChangesAsync(ct);
                }
                catch (DbUpdateException)
                {
                    throw new PortalException("Somebody has just begun it again, or it went on by itself. Nothing was done.");
                }

                wake();
                services.GetRequiredService<PlatformLogService>().Wake(act);
            },
            ct);
    }

    private Task StepAgainAsync(string jobId, CancellationToken ct) => platform.ActAsync(
        PlatformLog.Id,
        async services =>
        {
            var jobs = services.GetRequiredService<StuckJobs>();
            var job = jobs.Find(jobId) ?? throw new PortalException("That step neither failed nor waits any more. Nothing was done.");
            await using var db = await services.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
            // Written down first: a step that ran unrecorded would be worse than an entry whose step somebody else began a moment earlier.
            db.Audit("work.begun-again", new AuditTarget("background step", jobId, job.Step), string.Join(", ", new[] { job.TenantId ?? "", job.SubjectId }.Where(p => p is not "")));
            await db.SaveChangesAsync(ct);
            jobs.Retry(jobId);
        },
        ct);

    /// <summary>An organisation that is being erased has no log to add to; the platform's own says it all the same.</summary>
    private static async Task<PlatformAct> AuditAsync(PortalDbContext db, WorkRow row, CancellationToken ct)
    {
        var (tenantId, details) = (db.TenantId, $"{row.Kind} {row.Id}");
        if (await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tenantId, ct) is { ClosedAt: null } tenant)
        {
            return db.AuditForPlatform("work.begun-again", tenant, details);
        }

        var act = new PlatformAct
        {
            ActorUserId = db.Actor.UserId, ActorName = db.Actor.Name, Address = db.Actor.Address, Action = "work.begun-again", TargetId = tenantId, Details = details, At = db.Now,
        };
        db.PlatformActs.Add(act);
        return act;
    }

    private async Task<IEnumerable<WorkRow>> RowsAsync(IFailedWork work, PortalDbContext db, bool waiting, string? tenantId, int most, CancellationToken ct)
    {
        var since = Now.AddDays(-Days);
        if ((waiting ? work.WaitingOf(db, Now) : work.Of(db).Where(f => f.At >= since)) is not { } asked)
        {
            return [];
        }

        var items = await asked.Where(f => tenantId == null || f.TenantId == tenantId).OrderByDescending(f => f.At).Take(most).ToListAsync(ct);
        return items.Select(f => new WorkRow(
            work.Kind, f.Id, f.TenantId, "", f.ProjectId is null ? f.Id : $"{f.Id} in {f.ProjectId}", f.At, work.CauseOf(f.Stored), f.Attempts, waiting ? null : work.WhyNotAgain));
    }

    private static IEnumerable<WorkRow> Steps(StuckJobs jobs, bool waiting, string? tenantId, int most) =>
        (waiting ? jobs.Retrying(most) : jobs.Failed(most)).Where(j => tenantId is null || j.TenantId == tenantId).Select(j => new WorkRow(
            StepKind, j.Id, j.TenantId ?? "", "", j.SubjectId is "" ? j.Step : $"{j.Step}, {j.SubjectId}", j.At, CauseOf(j.Fault), j.Attempts, null));

    private static string CauseOf(string fault) => fault switch
    {
        "" => "It failed; Hangfire kept no kind of fault.",
        _ when fault.Contains("Db", StringComparison.Ordinal) || fault.Contains("Sql", StringComparison.OrdinalIgnoreCase) => $"The database refused or did not answer ({fault}).",
        "TimeoutException" => "Something it waited for did not answer in time (TimeoutException).",
        "IOException" or "StorageFullException" or "UnauthorizedAccessException" => $"The disk refused, or has no room ({fault}).",
        "HttpRequestException" or "SocketException" => $"A server it calls does not answer ({fault}).",
        _ => $"A fault of the portal ({fault}).",
    };
}
