using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Admin;

public sealed record TenantRow(
    string Id, string Name, string Slug, TenantKind Kind, int Members, long MonthMicros, int FailedThisWeek, DateTime? LastActivityAt, DateTime? SuspendedAt, DateTime CreatedAt)
{
    /// <summary>The plan that is bought, and how its payment stands; empty where none is.</summary>
    public string Plan { get; init; } = "";

    public string Payment { get; init; } = "";

    /// <summary>Null where nothing was ever bought.</summary>
    public AccountWatch? Watch { get; init; }
}

public sealed record TenantList(IReadOnlyList<TenantRow> Rows, int Total, int From);

/// <summary>One organisation in numbers and states.</summary>
public sealed record TenantDetail(
    TenantRow Row, string SuspensionReason, IReadOnlyList<(MemberRole Role, int Count)> Members, int Projects, int LiveDeployments, int KeysInUse,
    long MonthMicros, long HeldMicros, IReadOnlyList<(UsageSource Source, long Micros)> Month, IReadOnlyList<(string Kind, int Count)> Failed,
    int EngagementsRunning, int EngagementsRequested, int EngagementsEnded);

/// <summary>The organisations as the platform's admins see them: numbers and states, nothing that a customer wrote.</summary>
public sealed class TenantDirectory(PlatformWork platform, TimeProvider time)
{
    public const int PageSize = 25;

    public const int FailedDays = 7;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private DateTime MonthStart => new(Now.Year, Now.Month, 1, 0, 0, 0, DateTimeKind.Utc);

    public Task<TenantList> ListAsync(string? search, bool suspendedOnly, int from, CancellationToken ct) => platform.ReadAsync(
        async (services, db) =>
        {
            var asked = db.Tenants.AsNoTracking().Where(t => !suspendedOnly || t.SuspendedAt != null);
            if (search?.Trim() is { Length: > 0 } text)
            {
                var lower = text.ToLowerInvariant();
#pragma warning disable CA1304, CA1311, CA1862 // Translated to SQL, where LOWER is all there is.
                asked = asked.Where(t => t.Id == lower || t.Slug.Contains(lower) || t.Name.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
            }

            var total = await asked.CountAsync(ct);
            var start = Math.Clamp(from, 0, Math.Max(0, total - 1)) / PageSize * PageSize;
            var tenants = await asked.OrderBy(t => t.Name).ThenBy(t => t.Id).Skip(start).Take(PageSize).ToListAsync(ct);
            var month = await ChargedSince.ReadAsync(db, [.. tenants.Select(t => t.Id)], MonthStart, ct);
            return new TenantList(await RowsAsync(services, db, tenants, month, ct), total, start);
        },
        ct);

    public Task<TenantDetail> GetAsync(string tenantId, CancellationToken ct) => platform.ReadAsync(
        async (services, db) =>
        {
            var tenant = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tenantId, ct) ?? throw new NotFoundException("organization");
            var (month, now) = (await ChargedSince.ReadAsync(db, [tenantId], MonthStart, ct), Now);
            var row = (await RowsAsync(services, db, [tenant], month, ct))[0];
            var members = await db.Members.Where(m => m.TenantId == tenantId).GroupBy(m => m.Role).Select(g => new { Role = g.Key, Count = g.Count() }).ToListAsync(ct);
            var engagements = await db.Engagements.AsNoTracking().Where(e => e.ClientId == tenantId || e.ConsultancyId == tenantId).ToListAsync(ct);
            return new TenantDetail(
                row, tenant.SuspensionReason,
                [.. members.OrderBy(m => m.Role).Select(m => (m.Role, m.Count))],
                await db.Projects.CountAsync(p => p.TenantId == tenantId, ct),
                await db.Deployments.CountAsync(d => d.TenantId == tenantId && d.State == DeploymentState.Deployed, ct),
                await db.ApiKeys.CountAsync(k => k.TenantId == tenantId && k.RevokedAt == null && k.DeploymentId == null, ct),
                month.Sum(m => m.Micros),
                await db.Reservations.Where(r => r.TenantId == tenantId && r.State == ReservationState.Held).SumAsync(r => r.DrawnMicros < r.AmountMicros ? r.AmountMicros - r.DrawnMicros : 0, ct),
                [.. month.OrderByDescending(m => m.Micros).Select(m => (m.Source, m.Micros))],
                await FailedAsync(services, db, tenantId, now.AddDays(-FailedDays), ct),
                engagements.Count(e => e.IsRunning(now)),
                engagements.Count(e => e.IsOpenRequest(now)),
                engagements.Count(e => e.State is EngagementState.Ended || (e.State is EngagementState.Approved && e.EndsAt <= now)));
        },
        ct);

    private async Task<IReadOnlyList<TenantRow>> RowsAsync(IServiceProvider services, PortalDbContext db, List<Tenant> tenants, IReadOnlyList<ChargedSum> month, CancellationToken ct)
    {
        var (ids, week) = (tenants.Select(t => t.Id).ToList(), Now.AddDays(-FailedDays));
        var members = await db.Members.Where(m => ids.Contains(m.TenantId)).GroupBy(m => m.TenantId).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        var spent = month.GroupBy(m => m.TenantId).ToDictionary(g => g.Key, g => g.Sum(m => m.Micros), StringComparer.Ordinal);
        // The end of an index for each, and not a look through everything that was ever done and used.
        var (entries, events) = (db.Set<AuditEntry>(), db.UsageEvents);
        var active = await db.Tenants.Where(t => ids.Contains(t.Id))
            .Select(t => new { t.Id, Acted = entries.Where(e => e.TenantId == t.Id).Max(e => (DateTime?)e.At), Used = events.Where(u => u.TenantId == t.Id).Max(u => (DateTime?)u.At) })
            .ToDictionaryAsync(t => t.Id, t => t.Acted > t.Used || t.Used == null ? t.Acted : t.Used, ct);
        var accounts = await db.BillingAccounts.AsNoTracking().Where(a => ids.Contains(a.TenantId)).ToDictionaryAsync(a => a.TenantId, ct);
        var failed = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var kind in services.GetServices<IFailedWork>())
        {
            foreach (var group in await kind.Of(db).Where(f => ids.Contains(f.TenantId) && f.At >= week).GroupBy(f => f.TenantId).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(ct))
            {
                failed[group.Key] = failed.GetValueOrDefault(group.Key) + group.Count;
            }
        }

        return
        [
            .. tenants.Select(t => new TenantRow(
                t.Id, t.Name, t.Slug, t.Kind, members.GetValueOrDefault(t.Id), spent.GetValueOrDefault(t.Id), failed.GetValueOrDefault(t.Id),
                active.GetValueOrDefault(t.Id), t.SuspendedAt, t.CreatedAt)
            {
                Plan = accounts.GetValueOrDefault(t.Id)?.Bought()?.Name ?? "",
                Payment = accounts.GetValueOrDefault(t.Id) is { State: not SubscriptionState.None and var state } ? SubscriptionWords.Of(state) : "",
                Watch = accounts.GetValueOrDefault(t.Id)?.Watch,
            }),
        ];
    }

    private static async Task<IReadOnlyList<(string Kind, int Count)>> FailedAsync(IServiceProvider services, PortalDbContext db, string tenantId, DateTime since, CancellationToken ct)
    {
        var failed = new List<(string Kind, int Count)>();
        foreach (var kind in services.GetServices<IFailedWork>())
        {
            if (await kind.Of(db).CountAsync(f => f.TenantId == tenantId && f.At >= since, ct) is > 0 and var count)
            {
                failed.Add((kind.Kind, count));
            }
        }

        return failed;
    }
}
