using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Somebody who belongs to the organisation, as the list shows them.</summary>
public sealed record MemberRow(string Id, string UserId, string Name, string Email, MemberRole Role, DateTime Since, DateTime? LastSeenAt, long Version);

public sealed record MemberList(IReadOnlyList<MemberRow> Rows, int Total, int Owners);

public sealed class MemberService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, TimeProvider time)
{
    public const int PageSize = 25;

    /// <summary>Everybody, owners first; whoever may not see the members sees themselves alone.</summary>
    public async Task<MemberList> ListAsync(int from, CancellationToken ct)
    {
        if (current.IsInside && current.Membership.Access.Kind is not AccessKind.Member)
        {
            // A guest is on no list, so there is nothing of their own to show.
            current.Require(Permission.ViewMembers);
        }

        var (tenantId, userId, seesAll) = (scope.TenantId, current.UserId, current.May(Permission.ViewMembers));
        await using var db = await dbs.CreateDbContextAsync(ct);
        var members = db.Members.AsNoTracking().Where(m => m.TenantId == tenantId && (seesAll || m.UserId == userId));
        var rows = await (
            from member in members
            join user in db.Users on member.UserId equals user.Id
            orderby member.Role == MemberRole.Owner descending, user.Name, member.Id
            select new MemberRow(member.Id, user.Id, user.Name, user.Email, member.Role, member.CreatedAt, user.LastSeenAt, member.Version))
            .Skip(Math.Max(0, from)).Take(PageSize).ToListAsync(ct);
        return new MemberList(rows, await members.CountAsync(ct), await OwnersAsync(db, ct));
    }

    /// <param name="version">What the one who asks saw: a choice made on an older state is not carried out.</param>
    public async Task ChangeRoleAsync(string memberId, MemberRole role, long version, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        if (!Enum.IsDefined(role))
        {
            throw new PortalException("There is no such role. Load the page again and choose one from the list.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        await db.RequireStillAsync(current, Permission.ManageMembers, ct);
        var (member, name) = await FindAsync(db, memberId, ct);
        if (member.Version != version)
        {
            throw new PortalException($"Somebody else has just made {name} {WithArticle(member.Role)}. Look again, then decide.");
        }

        if (member.Role == role)
        {
            return;
        }

        await RequireOwnersHandAsync(db, member.Role, role, ct);
        await RequireAnotherOwnerAsync(db, member, name, ct);
        db.Audit("member.changed", new AuditTarget("member", member.Id, name), $"Role: {role}. Before: {member.Role}.");
        member.ChangeRole(role);
        if (!Permissions.Of(role).Contains(Permission.ManageMembers))
        {
            await WithdrawInvitationsOfAsync(db, member.UserId, ct);
        }

        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
    }

    /// <summary>What the person is doing here ends with their next operation, and what they invited others to is withdrawn.</summary>
    public async Task RemoveAsync(string memberId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        await db.RequireStillAsync(current, Permission.ManageMembers, ct);
        var (member, name) = await FindAsync(db, memberId, ct);
        await RequireOwnersHandAsync(db, member.Role, member.Role, ct);
        await RequireAnotherOwnerAsync(db, member, name, ct);
        db.Audit("member.removed", new AuditTarget("member", member.Id, name), $"Was {member.Role}.");
        await EndAsync(db, member, ct);
        await turn.CommitAsync(ct);
    }

    /// <summary>Needs no right: nobody is kept.</summary>
    public async Task LeaveAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        var (tenantId, userId) = (scope.TenantId, current.UserId);
        var member = await db.Members.SingleOrDefaultAsync(m => m.TenantId == tenantId && m.UserId == userId, ct) ?? throw new AccessChangedException(ended: true);
        await RequireAnotherOwnerAsync(db, member, "You", ct);
        db.Audit("member.left", new AuditTarget("member", member.Id, current.UserName), $"Was {member.Role}.");
        await EndAsync(db, member, ct);
        await turn.CommitAsync(ct);
    }

    private async Task<(Member Member, string Name)> FindAsync(PortalDbContext db, string memberId, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        var member = await db.Members.SingleOrDefaultAsync(m => m.Id == memberId && m.TenantId == tenantId, ct) ?? throw new NotFoundException("member");
        var name = await db.Users.Where(u => u.Id == member.UserId).Select(u => u.Name).SingleAsync(ct);
        return (member, name is "" ? "this person" : name);
    }

    private async Task RequireOwnersHandAsync(PortalDbContext db, MemberRole from, MemberRole to, CancellationToken ct)
    {
        if (from is MemberRole.Owner || to is MemberRole.Owner)
        {
            await db.RequireStillAsync(current, Permission.ManageOwners, ct);
        }
    }

    private async Task RequireAnotherOwnerAsync(PortalDbContext db, Member member, string name, CancellationToken ct)
    {
        if (member.Role is MemberRole.Owner && await OwnersAsync(db, ct) <= 1)
        {
            throw new PortalException($"{(name is "You" ? "You are" : $"{name} is")} the only owner, and an organization needs one. Make somebody else an owner first.");
        }
    }

    private Task<int> OwnersAsync(PortalDbContext db, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        return db.Members.CountAsync(m => m.TenantId == tenantId && m.Role == MemberRole.Owner, ct);
    }

    private async Task EndAsync(PortalDbContext db, Member member, CancellationToken ct)
    {
        await WithdrawInvitationsOfAsync(db, member.UserId, ct);
        if (!await db.FormerMembers.AnyAsync(f => f.UserId == member.UserId, ct))
        {
            db.FormerMembers.Add(new FormerMember { UserId = member.UserId, EndedAt = time.GetUtcNow().UtcDateTime });
        }

        db.Members.Remove(member);
        await db.SaveChangesAsync(ct);
    }

    /// <summary>Else somebody removed could have let themselves in again, by a second address of theirs.</summary>
    private async Task WithdrawInvitationsOfAsync(PortalDbContext db, string userId, CancellationToken ct)
    {
        foreach (var invitation in await db.Invitations.Where(i => i.InvitedByUserId == userId && i.State == InvitationState.Pending).ToListAsync(ct))
        {
            await InvitationService.WithdrawAsync(db, invitation, time.GetUtcNow().UtcDateTime, ct);
        }
    }

    internal static string WithArticle(MemberRole role) => role switch
    {
        MemberRole.Owner or MemberRole.Admin or MemberRole.Editor => $"an {role}".ToLowerInvariant(),
        MemberRole.Billing => "a billing contact",
        _ => $"a {role}".ToLowerInvariant(),
    };
}
