using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>A mail to every owner of the organisation in scope whose address is verified, or to all who hold a right; added to what the act saves.</summary>
public sealed class OwnerMail(MailService mail)
{
    private static readonly TimeSpan s_tried = TimeSpan.FromDays(7);

    public Task<IReadOnlyList<OutgoingMail>> AddAsync(PortalDbContext db, string subject, string text, CancellationToken ct) => AddAsync(db, [MemberRole.Owner], subject, text, ct);

    public Task<IReadOnlyList<OutgoingMail>> AddAsync(PortalDbContext db, Permission holders, string subject, string text, CancellationToken ct) =>
        AddAsync(db, [.. Permissions.RolesWith(holders)], subject, text, ct);

    private async Task<IReadOnlyList<OutgoingMail>> AddAsync(PortalDbContext db, List<MemberRole> roles, string subject, string text, CancellationToken ct)
    {
        var tenantId = db.TenantId;
        var addresses = await (
            from member in db.Members.AsNoTracking()
            join user in db.Users on member.UserId equals user.Id
            where member.TenantId == tenantId && roles.Contains(member.Role) && user.IsEmailVerified && user.Email != ""
            select user.Email).Distinct().ToListAsync(ct);
        return [.. addresses.Select(address => mail.Add(db, address, subject, text, db.Now + s_tried))];
    }

    /// <summary>Called after the save.</summary>
    public void Wake(string tenantId, IReadOnlyList<OutgoingMail> letters)
    {
        foreach (var letter in letters)
        {
            mail.Wake(tenantId, letter.Id);
        }
    }
}
