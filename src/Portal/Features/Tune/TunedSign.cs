using Microsoft.EntityFrameworkCore;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Tune;

/// <summary>A prompt that is proven good enough needs no tuning, and waits for none here.</summary>
public sealed class TunedSign(IDbContextFactory<PortalDbContext> dbs) : IOnboardingSign
{
    public int Number => 5;

    public string Name => "First model tuned";

    public string Todo => "tune the first model";

    public string Step => "tune";

    public async Task<OnboardingReading> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.TuningJobs.Where(j => j.State == TuningJobState.Succeeded).OrderByDescending(j => j.CreatedAt).Select(j => j.ProjectId).FirstOrDefaultAsync(ct) is { } tuned)
        {
            return new OnboardingReading(true, tuned);
        }

        var proven = await db.ModelChoices.Where(c => c.Verdict == Verdict.Stop).OrderByDescending(c => c.ChosenAt).Select(c => c.ProjectId).FirstOrDefaultAsync(ct);
        return new OnboardingReading(proven is not null, proven, proven is null ? "" : "not needed: the prompt is proven good enough");
    }
}
