using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>An invitation that nobody has taken up yet, and how far its mail has come.</summary>
public sealed record InvitationRow(string Id, string Email, MemberRole Role, string InvitedByName, DateTime SentAt, DateTime ExpiresAt, DateTime? MailSentAt, string MailProblem);

/// <summary>An invitation with its link, once: the portal keeps only a fingerprint of it.</summary>
public sealed record IssuedInvitation(string Email, MemberRole Role, string Link, string MailId);

public sealed class InvitationService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, MailService mail, IEnumerable<IPlanLimits> limits, TimeProvider time)
{
    private const int AtOnce = 100;

    /// <summary>Whoever presses again and again must not fill somebody's inbox.</summary>
    private static readonly TimeSpan s_resendAfter = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<InvitationRow>> ListAsync(CancellationToken ct)
    {
        if (!current.May(Permission.ManageMembers))
        {
            return [];
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (
            from invitation in db.Invitations.AsNoTracking()
            join letter in db.OutgoingMails on invitation.MailId equals letter.Id
            where invitation.State == InvitationState.Pending
            orderby invitation.CreatedAt descending
            select new InvitationRow(
                invitation.Id, invitation.Email, invitation.Role, invitation.InvitedByName, invitation.SentAt, invitation.ExpiresAt, letter.SentAt, letter.Problem))
            .Take(AtOnce).ToListAsync(ct);
    }

    /// <param name="portal">The address of this portal as the one who invites sees it, with its slash.</param>
    public async Task<IssuedInvitation> InviteAsync(string address, MemberRole role, string portal, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        var email = EmailKey.Of(address);
        if (email is "" || !Enum.IsDefined(role))
        {
            throw new PortalException("This is not an e-mail address that mail can be sent to. Write one like name@company.com.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        await RequireHandAsync(db, role, ct);
        await RequireNewAsync(db, email, ct);
        await limits.RequireRoomAsync(db, Limit.Members, ct);
        var invitation = new Invitation
        {
            Email = email,
            Role = role,
            InvitedByUserId = current.UserId,
            InvitedByName = current.UserName,
            CreatedAt = Now,
        };
        var issued = await SendAsync(db, invitation, portal, ct);
        db.Invitations.Add(invitation);
        db.InvitationIndex.Add(new InvitationIndex { Hash = invitation.TokenHash, TenantId = scope.TenantId, InvitationId = invitation.Id });
        db.Audit("member.invited", TargetOf(invitation), $"Role: {role}.");
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
        mail.Wake(scope.TenantId, issued.MailId);
        return issued;
    }

    /// <summary>A new token and seven more days; the link of the mail before stops working.</summary>
    public async Task<IssuedInvitation> ResendAsync(string invitationId, string portal, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        var invitation = await FindAsync(db, invitationId, ct);
        await RequireHandAsync(db, invitation.Role, ct);
        if (Now - invitation.SentAt < s_resendAfter)
        {
            throw new PortalException("This invitation was sent less than a minute ago. Give the mail a moment to arrive, then send it again.");
        }

        if (!invitation.IsOpen(Now))
        {
            // It ran out, and its seat may have been taken since.
            await limits.RequireRoomAsync(db, Limit.Members, ct);
        }

        await UnindexAsync(db, invitation, ct);
        var issued = await SendAsync(db, invitation, portal, ct);
        db.InvitationIndex.Add(new InvitationIndex { Hash = invitation.TokenHash, TenantId = scope.TenantId, InvitationId = invitation.Id });
        db.Audit("invitation.resent", TargetOf(invitation), $"Role: {invitation.Role}.");
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
        mail.Wake(scope.TenantId, issued.MailId);
        return issued;
    }

    public async Task WithdrawAsync(string invitationId, CancellationToken ct)
    {
        current.Require(Permission.ManageMembers);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        var invitation = await FindAsync(db, invitationId, ct);
        await RequireHandAsync(db, invitation.Role, ct);
        await WithdrawAsync(db, invitation, Now, ct);
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
    }

    internal static async Task WithdrawAsync(PortalDbContext db, Invitation invitation, DateTime now, CancellationToken ct)
    {
        invitation.Withdraw(now);
        await UnindexAsync(db, invitation, ct);
        if (await db.OutgoingMails.SingleOrDefaultAsync(m => m.Id == invitation.MailId, ct) is { } letter)
        {
            letter.Withdraw();
        }

        db.Audit("invitation.withdrawn", TargetOf(invitation), $"Role: {invitation.Role}.");
    }

    internal static async Task UnindexAsync(PortalDbContext db, Invitation invitation, CancellationToken ct)
    {
        var hash = invitation.TokenHash;
        if (await db.InvitationIndex.SingleOrDefaultAsync(i => i.Hash == hash, ct) is { } index)
        {
            db.InvitationIndex.Remove(index);
        }
    }

    internal static AuditTarget TargetOf(Invitation invitation) => new("invitation", invitation.Id, invitation.Email);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<IssuedInvitation> SendAsync(PortalDbContext db, Invitation invitation, string portal, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        var organization = await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Name).SingleAsync(ct);
        if (invitation.MailId is not "" && await db.OutgoingMails.SingleOrDefaultAsync(m => m.Id == invitation.MailId, ct) is { } before)
        {
            before.Withdraw();
        }

        var token = InvitationToken.Create();
        var link = portal.TrimEnd('/') + PortalUrls.Invitation(token);
        var letter = mail.Add(db, invitation.Email, $"Join {organization} on the portal", $"""
            {current.UserName} invites you to join {organization} as {MemberService.WithArticle(invitation.Role)}.

            Open this address and sign in with {invitation.Email}:
            {link}

            It works once, for this address alone, until {Now + Invitation.Length:yyyy-MM-dd HH:mm} UTC.
            If you did not expect it, do nothing: nobody can use it without your sign-in.
            """, Now + Invitation.Length);
        invitation.Send(InvitationToken.HashOf(token), letter.Id, Now);
        return new IssuedInvitation(invitation.Email, invitation.Role, link, letter.Id);
    }

    private async Task RequireHandAsync(PortalDbContext db, MemberRole role, CancellationToken ct)
    {
        await db.RequireStillAsync(current, Permission.ManageMembers, ct);
        if (role is MemberRole.Owner)
        {
            await db.RequireStillAsync(current, Permission.ManageOwners, ct);
        }
    }

    private async Task RequireNewAsync(PortalDbContext db, string email, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        var members = await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId && user.IsEmailVerified
            select user.Email).ToListAsync(ct);
        if (members.Any(known => EmailKey.Of(known) == email))
        {
            throw new PortalException($"{email} belongs to a member already. Change the role in the list above.");
        }

        if (await db.Invitations.AnyAsync(i => i.State == InvitationState.Pending && i.Email == email, ct))
        {
            throw new PortalException($"{email} is invited already. Send that invitation again, or withdraw it to choose another role.");
        }

        if (await db.Invitations.CountAsync(i => i.State == InvitationState.Pending, ct) >= AtOnce)
        {
            throw new PortalException($"{AtOnce} invitations are open, which is the most. Withdraw those that nobody will take up.");
        }
    }

    private static async Task<Invitation> FindAsync(PortalDbContext db, string invitationId, CancellationToken ct) =>
        await db.Invitations.SingleOrDefaultAsync(i => i.Id == invitationId && i.State == InvitationState.Pending, ct) ?? throw new NotFoundException("invitation");
}
