using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Model;

public sealed class BaselineSign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 4;

    public string Name => "First baseline measured";

    public string Todo => "measure the first baseline";

    public string Step => "model";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await db.CandidateRuns.Where(r => r.State == RunState.Succeeded).OrderByDescending(r => r.CreatedAt).Select(r => r.ProjectId).FirstOrDefaultAsync(ct);
        return new OnboardingReading(project is not null, project);
    }
}
