using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Define;

internal sealed class ProjectCount : ILimitCount
{
    public Limit Limit => Limit.Projects;

    public Task<long> CountAsync(PortalDbContext db, CancellationToken ct) => db.Projects.LongCountAsync(ct);
}
