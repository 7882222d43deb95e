using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

public sealed class UploadSign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 3;

    public string Name => "Data uploaded";

    public string Todo => "upload the first examples";

    public string Step => "data";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await db.DatasetImports.OrderByDescending(i => i.UploadedAt).Select(i => i.ProjectId).FirstOrDefaultAsync(ct);
        return new OnboardingReading(project is not null, project);
    }
}
