using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

public sealed class DeployedSign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 6;

    public string Name => "Deployed";

    public string Todo => "evaluate and deploy";

    public string Step => "deploy";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var project = await db.Deployments.Where(d => d.State == DeploymentState.Deployed).OrderByDescending(d => d.DeployedAt).Select(d => d.ProjectId).FirstOrDefaultAsync(ct);
        return new OnboardingReading(project is not null, project);
    }
}

/// <summary>A call by a key of the client's own: the portal's test calls, and tries on its pages, count for nothing here.</summary>
public sealed class KeySign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 7;

    public string Name => "API key used";

    public string Todo => "issue a key and make the first call";

    public string Step => "deploy";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var used = await db.ApiKeys.Where(k => k.DeploymentId == null && k.LastUsedAt != null && k.VerbList.Contains(nameof(KeyVerb.Generate)))
            .OrderByDescending(k => k.LastUsedAt).Select(k => new { k.ProjectId }).FirstOrDefaultAsync(ct);
        return new OnboardingReading(used is not null, used?.ProjectId);
    }
}
