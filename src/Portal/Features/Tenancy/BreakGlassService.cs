using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What an admin asks for.</summary>
/// <param name="SubjectEmail">The address of the member in whose place the admin looks, as that person wrote from it.</param>
/// <param name="Reason">As the organisation's owners will read it.</param>
/// <param name="SessionId">The admin's session, which must have begun a short while ago.</param>
public sealed record BreakGlassRequest(string SubjectEmail, string Reason, string? SessionId);

/// <summary>Begins and ends the visits by which admins see what a customer sees, in the scope of that organisation.</summary>
public sealed class BreakGlassService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, OwnerMail mail, PlatformLogService log, IServiceScopeFactory scopes,
    IOptions<PlatformOptions> options, TimeProvider time)
{
    private const int Shown = 10;

    /// <summary>How long after its end a visit is still told of above the pages: nobody misses one because it was short.</summary>
    private static readonly TimeSpan s_toldFor = TimeSpan.FromHours(1);

    public TimeSpan FreshSignIn => options.Value.FreshSignIn;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task<bool> IsFreshAsync(string? sessionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await IsFreshAsync(db, sessionId, ct);
    }

    /// <returns>The organisation's name in addresses, where the visit goes on.</returns>
    public async Task<string> BeginAsync(BreakGlassRequest request, CancellationToken ct)
    {
        RequirePlatform();
        var (reason, now, tenantId, admin) = (request.Reason.Trim(), Now, scope.TenantId, scope.Actor);
        if (reason.Length is < BreakGlassVisit.ReasonMinimum or > BreakGlassVisit.ReasonLength)
        {
            throw new PortalException($"Say why, in {BreakGlassVisit.ReasonMinimum} to {BreakGlassVisit.ReasonLength} characters: the organization's owners read it.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (request.SessionId is not { } sessionId || !await IsFreshAsync(db, sessionId, ct))
        {
            throw new PortalException($"For this you must have signed in within the last {FreshSignIn.TotalMinutes:0} minutes. Sign in again, then come back.");
        }

        var tenant = await db.Tenants.SingleOrDefaultAsync(t => t.Id == tenantId && t.ClosedAt == null, ct) ?? throw new NotFoundException("organization");
        if (await db.BreakGlassVisits.AnyAsync(v => v.TenantId == tenantId && v.SessionId == sessionId && v.EndedAt == null && v.EndsAt > now, ct))
        {
            throw new PortalException($"You are visiting {tenant.Name} already. Go in, or end that visit first.");
        }

        var subject = await SubjectAsync(db, tenant, request.SubjectEmail, ct);
        var visit = new BreakGlassVisit
        {
            TenantId = tenantId, AdminUserId = admin.UserId, AdminName = admin.Name, SessionId = sessionId, SubjectUserId = subject.Id, SubjectName = subject.Name,
            Reason = reason, StartedAt = now, EndsAt = now + BreakGlassVisit.Length,
        };
        db.BreakGlassVisits.Add(visit);
        // The platform's log outlives the organisation, so it gets the member's id; the name stands in the organisation's own.
        scope.ActAs(admin with { Via = visit.Via, ViaId = visit.Id });
        var told = db.AuditForPlatform("break-glass.began", tenant, $"In the place of {subject.Id}, until {visit.EndsAt:HH:mm} UTC. Why: {reason}");
        var letters = await mail.AddAsync(db, $"{admin.Name} of the platform looks into {tenant.Name}", LetterOf(visit, tenant), ct);
        await db.SaveChangesAsync(ct);
        mail.Wake(tenantId, letters);
        log.Wake(told);
        return tenant.Slug;
    }

    /// <summary>Ends it once, however often it is asked for.</summary>
    public async Task EndAsync(string visitId, BreakGlassEnd by, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var visit = await db.BreakGlassVisits.SingleOrDefaultAsync(v => v.Id == visitId && v.TenantId == tenantId, ct) ?? throw new NotFoundException("visit");
        if (visit.EndedAt is not null || await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Id == tenantId && t.ClosedAt == null, ct) is not { } tenant)
        {
            return;
        }

        visit.End(by, Now);
        scope.ActAs(scope.Actor with { Via = visit.Via, ViaId = visit.Id });
        var told = db.AuditForPlatform("break-glass.ended", tenant, $"{visit.AdminName} in the place of {visit.SubjectUserId}. {BreakGlassWords.Of(by)}");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Somebody else has just ended it, and said so.
            return;
        }

        log.Wake(told);
    }

    /// <summary>By whoever is inside by it. In a scope of its own: the visit's own changes nothing, itself included.</summary>
    public async Task LeaveAsync(CancellationToken ct)
    {
        if (!current.IsBreakGlass)
        {
            return;
        }

        await using var own = scopes.CreateAsyncScope();
        var leaving = own.ServiceProvider.GetRequiredService<TenantScope>();
        leaving.Enter(scope.TenantId);
        leaving.ActAs(scope.Actor);
        await own.ServiceProvider.GetRequiredService<BreakGlassService>().EndAsync(current.Membership.Access.ViaId, BreakGlassEnd.ByAdmin, ct);
    }

    /// <summary>A page the visit opens, in the organisation's log before anything of it is shown.</summary>
    public async Task LookedAsync(string address, string? projectId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        // An address holds whatever was typed; what cannot be an id names no project.
        var project = projectId is { Length: <= PublicId.MaxLength } id && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-') ? id : null;
        db.Audit("break-glass.looked", new AuditTarget("page", address, address, project));
        await db.SaveChangesAsync(ct);
    }

    /// <summary>The latest visits of the organisation in scope, for admins of the platform.</summary>
    public Task<IReadOnlyList<BreakGlassVisit>> ListAsync(CancellationToken ct)
    {
        RequirePlatform();
        return ReadAsync(_ => true, ct);
    }

    /// <summary>Visits that run, or ended a moment ago, for those of the organisation who may read its log; nothing for anybody else.</summary>
    public async Task<IReadOnlyList<BreakGlassVisit>> NoticesAsync(CancellationToken ct)
    {
        var now = Now;
        return current.IsInside && !current.IsBreakGlass && current.May(Permission.ViewAudit)
            ? await ReadAsync(v => v.IsRunning(now) || (v.EndedAt ?? v.EndsAt) > now - s_toldFor, ct) : [];
    }

    private async Task<IReadOnlyList<BreakGlassVisit>> ReadAsync(Func<BreakGlassVisit, bool> isMeant, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var latest = await db.BreakGlassVisits.AsNoTracking().Where(v => v.TenantId == tenantId).OrderByDescending(v => v.StartedAt).Take(Shown).ToListAsync(ct);
        return [.. latest.Where(isMeant)];
    }

    private async Task<bool> IsFreshAsync(PortalDbContext db, string? sessionId, CancellationToken ct)
    {
        var (userId, now, since) = (scope.Actor.UserId, Now, Now - FreshSignIn);
        return await db.SignInSessions.AnyAsync(
            s => s.Id == sessionId && s.UserId == userId && s.CreatedAt >= since && s.EndedAt == null && s.ExpiresAt > now && s.ProviderTenantId == null, ct);
    }

    private async Task<(string Id, string Name)> SubjectAsync(PortalDbContext db, Tenant tenant, string email, CancellationToken ct)
    {
        var (tenantId, adminId, key) = (tenant.Id, scope.Actor.UserId, EmailKey.Of(email));
        var members = await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId
            select new { user.Id, user.Name, user.Email }).ToListAsync(ct);
        if (members.Exists(m => m.Id == adminId))
        {
            throw new PortalException($"You belong to {tenant.Name} yourself. Go in as the member you are.");
        }

        return members.Where(m => key is not "" && EmailKey.Of(m.Email) == key).ToList() is [var subject]
            ? (subject.Id, subject.Name)
            : throw new PortalException($"No member of {tenant.Name} is known by that address. Write it as it stands in the request for help.");
    }

    private static string LetterOf(BreakGlassVisit visit, Tenant tenant) => $"""
        {visit.AdminName}, an admin of the portal's platform, looks into {tenant.Name} as {visit.SubjectName} sees it, until {visit.EndsAt:yyyy-MM-dd HH:mm} UTC at the latest.

        Why: {visit.Reason}

        Nothing can be changed, downloaded or started by such a visit. Every page that is opened stands in your audit log, under "Break-glass visits".
        """;

    private void RequirePlatform()
    {
        if (scope.Actor.Via is not PlatformLog.Via)
        {
            throw new InvalidOperationException("Only the platform breaks the glass.");
        }
    }
}
