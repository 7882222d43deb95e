using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What an invitation offers to the one it is for.</summary>
public sealed record Offer(string OrganizationName, string Slug, MemberRole Role, string InvitedByName, DateTime ExpiresAt, bool IsMember);

/// <summary>
/// The other end of an invitation. A token that is forged, used, withdrawn, too old or meant for another address gets one and the
/// same answer, null, and leaves nothing behind.
/// </summary>
public sealed class AdmissionService(IDbContextFactory<PortalDbContext> dbs, IServiceScopeFactory services, TimeProvider time)
{
    public async Task<Offer?> FindAsync(string userId, string? token, CancellationToken ct) =>
        await WithAsync(userId, token, async (db, invitation, user) =>
        {
            var tenantId = db.TenantId;
            var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == tenantId, ct);
            var isMember = await db.Members.AnyAsync(m => m.TenantId == tenantId && m.UserId == user.Id, ct);
            return new Offer(tenant.Name, tenant.Slug, invitation.Role, invitation.InvitedByName, invitation.ExpiresAt, isMember);
        }, isActing: false, ct);

    /// <returns>The organisation to go to.</returns>
    public async Task<string?> AcceptAsync(string userId, string? token, CancellationToken ct) =>
        await WithAsync(userId, token, async (db, invitation, user) =>
        {
            var tenantId = db.TenantId;
            if (!await db.Members.AnyAsync(m => m.TenantId == tenantId && m.UserId == user.Id, ct))
            {
                var member = new Member { TenantId = tenantId, UserId = user.Id, Role = invitation.Role, CreatedAt = Now };
                db.Members.Add(member);
                db.Audit("member.joined", new AuditTarget("member", member.Id, user.Name), $"Role: {member.Role}. Invited by {invitation.InvitedByName}.");
            }

            db.Audit("invitation.accepted", InvitationService.TargetOf(invitation));
            await InvitationService.UnindexAsync(db, invitation, ct);
            invitation.Accept(user.Id, Now);
            await db.SaveChangesAsync(ct);
            return await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Slug).SingleAsync(ct);
        }, isActing: true, ct);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<T?> WithAsync<T>(string userId, string? token, Func<PortalDbContext, Invitation, User, Task<T>> act, bool isActing, CancellationToken ct)
        where T : class
    {
        if (!InvitationToken.IsWellFormed(token) || await WhoseAsync(token!, ct) is not { } index) // well-formed is not null
        {
            return null;
        }

        // In a scope of its own: who looks at an invitation is not in that organisation, and may be in another.
        await using var own = services.CreateAsyncScope();
        var scope = own.ServiceProvider.GetRequiredService<TenantScope>();
        scope.Enter(index.TenantId);
        await using var db = await own.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync(ct);
        // Those who are not meant take no turn: they must not hold up the organisation.
        if (await MeantAsync(db, index, userId, ct) is not { } meant)
        {
            return null;
        }

        if (!isActing)
        {
            return await act(db, meant.Invitation, meant.User);
        }

        scope.ActAs(new Actor(meant.User.Id, meant.User.Name));
        db.ChangeTracker.Clear();
        await using var turn = await db.TakeMembersTurnAsync(ct);
        if (await MeantAsync(db, index, userId, ct) is not { } still)
        {
            return null;
        }

        var done = await act(db, still.Invitation, still.User);
        await turn.CommitAsync(ct);
        return done;
    }

    private async Task<InvitationIndex?> WhoseAsync(string token, CancellationToken ct)
    {
        var hash = InvitationToken.HashOf(token);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.InvitationIndex.AsNoTracking().SingleOrDefaultAsync(i => i.Hash == hash, ct);
    }

    private async Task<(Invitation Invitation, User User)?> MeantAsync(PortalDbContext db, InvitationIndex index, string userId, CancellationToken ct)
    {
        var invitation = await db.Invitations.SingleOrDefaultAsync(i => i.Id == index.InvitationId && i.TokenHash == index.Hash, ct);
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId, ct);
        return invitation?.IsOpen(Now) is true && user is { IsEmailVerified: true } && EmailKey.Of(user.Email) == invitation.Email ? (invitation, user) : null;
    }
}
