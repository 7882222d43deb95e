using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>
/// Who belongs to an organisation is changed by one at a time. Two owners who unmake each other at once would both see two owners;
/// so whoever changes something takes the organisation's row first, and the second sees what the first did.
/// </summary>
internal static class MembersTurn
{
    public static async Task<IDbContextTransaction> TakeMembersTurnAsync(this PortalDbContext db, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Tenants.Where(t => t.Id == tenantId).ExecuteUpdateAsync(set => set.SetProperty(t => t.MembersVersion, t => t.MembersVersion + 1), ct);
        return transaction;
    }

    /// <summary>Asked again once it is one's turn: the one before may have taken this very right away.</summary>
    public static async Task RequireStillAsync(this PortalDbContext db, CurrentMember current, Permission permission, CancellationToken ct)
    {
        current.Require(permission);
        if (!current.IsInside || current.Membership.Access.Kind is not AccessKind.Member)
        {
            return;
        }

        var (tenantId, userId) = (db.TenantId, current.UserId);
        var me = await db.Members.AsNoTracking().SingleOrDefaultAsync(m => m.TenantId == tenantId && m.UserId == userId, ct)
            ?? throw new AccessChangedException(ended: true);
        if (!Permissions.Of(me.Role).Contains(permission))
        {
            throw new AccessChangedException(ended: false);
        }
    }
}
