using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed class FailedMails : IFailedWork
{
    public string Kind => "Mail";

    public IQueryable<FailedItem> Of(PortalDbContext db) => db.OutgoingMails.Where(m => m.State == MailState.GivenUp)
        .Select(m => new FailedItem { TenantId = m.TenantId, Id = m.Id, At = m.NextAttemptAt });
}
