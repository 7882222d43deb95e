using Hangfire;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed record EngagementPerson(string UserId, string Name);

/// <summary>An engagement as one side may know it. <paramref name="OtherName"/> is what the asker typed until there is an approval.</summary>
public sealed record EngagementRow(Engagement Engagement, string OtherName, string? OtherSlug, bool IsAsker, IReadOnlyList<EngagementPerson> Consultants);

/// <summary>What one organisation sees and does of its engagements; each act stands in both organisations' audit logs.</summary>
public sealed class EngagementService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, IAuditedProjects projects, IBackgroundJobClient jobs, TimeProvider time)
{
    private const int MostOpen = 50;

    public bool MayManage => current.May(Permission.ManageEngagements) && current.Membership.Access.Kind is AccessKind.Member;

    private EngagementSide Side => current.Membership.Kind is TenantKind.Consultancy ? EngagementSide.Consultancy : EngagementSide.Client;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Newest first. A request that lapsed or was refused is the asker's alone.</summary>
    public async Task<IReadOnlyList<EngagementRow>> ListAsync(CancellationToken ct)
    {
        current.Require(Side is EngagementSide.Consultancy ? Permission.WorkForClients : Permission.ViewMembers);
        var (side, now, mine) = (Side, Now, current.Membership.TenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var engagements = await db.Engagements.AsNoTracking().Where(e => side == EngagementSide.Client ? e.ClientId == mine : e.ConsultancyId == mine)
            .OrderByDescending(e => e.AskedAt).Take(200).ToListAsync(ct);
        engagements.RemoveAll(e => e.AskedBy != side && e.ApprovedAt is null && !e.IsOpenRequest(now));
        var otherIds = engagements.Select(OtherOf).OfType<string>().Distinct().ToList();
        var others = await db.Tenants.AsNoTracking().Where(t => otherIds.Contains(t.Id)).ToDictionaryAsync(t => t.Id, ct);
        var userIds = engagements.SelectMany(e => e.ConsultantIds).Distinct().ToList();
        var people = await db.Users.AsNoTracking().Where(u => userIds.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Name, ct);
        return [.. engagements.Select(e => RowOf(e, others, people))];
    }

    /// <summary>Who of a consultancy can be named.</summary>
    public async Task<IReadOnlyList<EngagementPerson>> PeopleAsync(CancellationToken ct)
    {
        current.Require(Permission.ManageEngagements);
        var (mine, roles) = (current.Membership.TenantId, Permissions.RolesWith(Permission.WorkForClients).ToList());
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == mine && roles.Contains(member.Role)
            orderby user.Name
            select new EngagementPerson(user.Id, user.Name == "" ? user.Email : user.Name)).Take(200).ToListAsync(ct);
    }

    /// <summary>From a consultancy by the client's name in addresses, or the other way round. Whether there is such a one, nobody is told.</summary>
    public async Task<Engagement> RequestAsync(string slug, EngagementGrant grant, IReadOnlyCollection<string> consultants, string note, CancellationToken ct)
    {
        Require();
        var (side, now, mine) = (Side, Now, current.Membership);
        slug = slug.Trim().ToLowerInvariant();
        if (slug is "" || slug.Length > 60 || slug == mine.Slug || note.Length > Engagement.NoteLength)
        {
            throw new PortalException($"Give the other organization's name as it stands in its address after /o/, and at most {Engagement.NoteLength} characters of note.");
        }

        await RequireOwnProjectsAsync(grant, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var asked = await db.Engagements.AsNoTracking()
            .Where(e => (side == EngagementSide.Client ? e.ClientId == mine.TenantId : e.ConsultancyId == mine.TenantId) && e.AskedBy == side && e.AskedAt > now - Engagement.AnsweredWithin)
            .ToListAsync(ct);
        if (asked.FirstOrDefault(e => e.AskedSlug == slug && (e.LooksOpen(now) || e.IsRunning(now))) is { } before)
        {
            throw new PortalException($"You asked {slug} on {before.AskedAt:yyyy-MM-dd} already. Take that request back first if you want to change it.");
        }

        if (asked.Count(e => e.LooksOpen(now)) >= MostOpen)
        {
            throw new PortalException($"{MostOpen} requests are waiting. Take some back before you ask others.");
        }

        var kind = side is EngagementSide.Client ? TenantKind.Consultancy : TenantKind.Customer;
        var other = await db.Tenants.AsNoTracking().SingleOrDefaultAsync(t => t.Slug == slug && t.Kind == kind, ct);
        var engagement = new Engagement
        {
            ConsultancyId = side is EngagementSide.Consultancy ? mine.TenantId : other?.Id,
            ClientId = side is EngagementSide.Client ? mine.TenantId : other?.Id,
            AskedBy = side, AskedSlug = slug, AskedByName = current.UserName, AskedAt = now, Note = note.Trim(),
        };
        engagement.Ask(grant, now);
        if (side is EngagementSide.Consultancy)
        {
            await RequireOwnPeopleAsync(db, consultants, ct);
            engagement.NameConsultants(consultants);
        }
        else
        {
            engagement.ApprovedInAdvance(current.UserId, current.UserName);
        }

        db.Engagements.Add(engagement);
        await SaveAsync(db, engagement, "engagement.requested", slug, ct);
        return engagement;
    }

    /// <summary>The client's owner grants exactly this, which need not be what was asked for.</summary>
    public Task ApproveAsync(string id, EngagementGrant grant, CancellationToken ct) => ActAsync(id, "engagement.approved", EngagementSide.Client, async (db, e) =>
    {
        await RequireOwnProjectsAsync(grant, ct);
        var now = Now;
        if (await db.Engagements.AnyAsync(x => x.Id != e.Id && x.ClientId == e.ClientId && x.ConsultancyId == e.ConsultancyId
            && x.State == EngagementState.Approved && x.EndsAt > now, ct))
        {
            throw new PortalException("This consultancy is engaged already. Change that engagement, or end it first.");
        }

        e.Approve(grant, current.UserId, current.UserName, now);
    }, ct);

    public Task AcceptAsync(string id, IReadOnlyCollection<string> consultants, CancellationToken ct) => ActAsync(id, "engagement.accepted", EngagementSide.Consultancy, async (db, e) =>
    {
        await RequireOwnPeopleAsync(db, consultants, ct);
        e.Accept(consultants, Now);
    }, ct);

    /// <summary>Stands in the log of whoever declines alone: to the asker it must look as a name that nobody has.</summary>
    public Task DeclineAsync(string id, CancellationToken ct) => ActAsync(id, "engagement.declined", Side, (_, e) =>
    {
        e.Decline(Side, current.UserName, Now);
        return Task.CompletedTask;
    }, ct);

    public Task ChangeAsync(string id, EngagementGrant grant, CancellationToken ct) => ActAsync(id, "engagement.changed", EngagementSide.Client, async (_, e) =>
    {
        await RequireOwnProjectsAsync(grant, ct);
        e.Change(grant, current.UserId, current.UserName, Now);
    }, ct);

    public Task TakeOffAsync(string id, string userId, CancellationToken ct) => ActAsync(id, "engagement.person-taken-off", Side, (_, e) =>
    {
        e.TakeOff(userId, Now);
        return Task.CompletedTask;
    }, ct);

    public Task EndAsync(string id, CancellationToken ct) => ActAsync(id, "engagement.ended", Side, (_, e) =>
    {
        e.End(Side, current.UserName, Now);
        return Task.CompletedTask;
    }, ct);

    private async Task ActAsync(string id, string action, EngagementSide side, Func<PortalDbContext, Engagement, Task> act, CancellationToken ct)
    {
        Require();
        var mine = current.Membership.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var engagement = side == Side
            ? await db.Engagements.SingleOrDefaultAsync(e => e.Id == id && (side == EngagementSide.Client ? e.ClientId == mine : e.ConsultancyId == mine), ct)
            : null;
        if (engagement is null)
        {
            throw new NotFoundException("engagement");
        }

        await act(db, engagement);
        var name = engagement.ApprovedAt is null && engagement.AskedBy == Side ? engagement.AskedSlug
            : await db.Tenants.Where(t => t.Id == OtherOf(engagement)).Select(t => t.Name).SingleOrDefaultAsync(ct) ?? engagement.AskedSlug;
        await SaveAsync(db, engagement, action, name, ct);
    }

    private async Task SaveAsync(PortalDbContext db, Engagement engagement, string action, string otherName, CancellationToken ct)
    {
        var details = EngagementWords.Of(engagement.Grant);
        db.Audit(action, new AuditTarget("engagement", engagement.Id, otherName), details);
        EngagementAct? told = null;
        if (engagement.State is not EngagementState.Declined && OtherOf(engagement) is { } other)
        {
            told = new EngagementAct
            {
                EngagementId = engagement.Id, TellId = other, OnceKey = Guid.NewGuid().ToString("N"), Action = action, ActorUserId = current.UserId, ActorName = current.UserName,
                Via = current.Membership.TenantName, TargetName = current.Membership.TenantName, Details = details, At = Now,
            };
            db.EngagementActs.Add(told);
        }

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException("Somebody else has just changed this engagement. Load the page again.");
        }

        if (told is not null)
        {
            jobs.Enqueue<EngagementWorker>(w => w.RunAsync(told.TellId, told.Id, CancellationToken.None));
        }
    }

    private async Task RequireOwnPeopleAsync(PortalDbContext db, IReadOnlyCollection<string> consultants, CancellationToken ct)
    {
        var (mine, roles, ids) = (current.Membership.TenantId, Permissions.RolesWith(Permission.WorkForClients).ToList(), consultants.Distinct().ToList());
        if (await db.Members.CountAsync(m => m.TenantId == mine && ids.Contains(m.UserId) && roles.Contains(m.Role), ct) != ids.Count)
        {
            throw new PortalException("Somebody you named is no member here, or may not work for clients. Load the page again.");
        }
    }

    /// <summary>A client grants its own projects. A consultancy, which knows none of them, asks for all, and the client chooses.</summary>
    private async Task RequireOwnProjectsAsync(EngagementGrant grant, CancellationToken ct)
    {
        if (grant.ProjectIds is not { } asked)
        {
            return;
        }

        if (Side is EngagementSide.Consultancy)
        {
            throw new PortalException("A request names no projects: the client chooses them. Ask without.");
        }

        var own = await projects.ProjectNamesAsync(ct);
        if (!asked.All(own.ContainsKey))
        {
            throw new NotFoundException("project");
        }
    }

    private string? OtherOf(Engagement engagement) => Side is EngagementSide.Client ? engagement.ConsultancyId : engagement.ClientId;

    private EngagementRow RowOf(Engagement e, Dictionary<string, Tenant> others, Dictionary<string, string> people)
    {
        var isAsker = e.AskedBy == Side;
        var other = isAsker && e.ApprovedAt is null ? null : OtherOf(e) is { } id ? others.GetValueOrDefault(id) : null;
        return new EngagementRow(e, other?.Name ?? e.AskedSlug, other?.Slug, isAsker,
            [.. e.ConsultantIds.Select(u => new EngagementPerson(u, people.GetValueOrDefault(u) is { Length: > 0 } name ? name : "Somebody who has not signed in yet"))]);
    }

    // An engagement grants nothing of the organisation itself, so nobody passes it on.
    private void Require()
    {
        current.Require(Permission.ManageEngagements);
        if (current.Membership.Access.Kind is not AccessKind.Member)
        {
            throw new ForbiddenException(Permission.ManageEngagements);
        }
    }
}
