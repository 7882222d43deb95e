using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Members and those who are invited: an open invitation has its seat.</summary>
internal sealed class MemberCount : ILimitCount
{
    public Limit Limit => Limit.Members;

    public async Task<long> CountAsync(PortalDbContext db, CancellationToken ct)
    {
        var (tenantId, now) = (db.TenantId, db.Now);
        return await db.Members.LongCountAsync(m => m.TenantId == tenantId, ct)
            + await db.Invitations.LongCountAsync(i => i.State == InvitationState.Pending && i.ExpiresAt > now, ct);
    }
}
