using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Portal.Tests.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Admin;

/// <summary>A suspended organisation begins nothing that costs; what waits goes on by itself once it is restored.</summary>
public sealed class HeldWorkTests : TuneTest
{
    [Fact]
    public async Task Run_OfASuspendedOrganization_StaysQueuedAndGoesOnOnceRestored()
    {
        using var rig = new ModelRig();
        await rig.SeedAsync();
        await HoldAsync(rig.Database, suspended: true);
        var run = await rig.StartAsync();
        await rig.PumpAsync();
        rig.Time.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(0, await SweepAsync());
        Assert.Equal(RunState.Queued, (await StateAsync()).State);
        Assert.Empty(rig.Vertex.Calls);

        await HoldAsync(rig.Database, suspended: false);
        Assert.Equal(1, await SweepAsync());
        await rig.PumpAsync();
        Assert.Equal(RunState.Succeeded, (await StateAsync()).State);

        async Task<CandidateRun> StateAsync()
        {
            await using var db = rig.Database.CreateDbContext();
            return await db.CandidateRuns.AsNoTracking().SingleAsync(r => r.Id == run.Id);
        }

        async Task<int> SweepAsync()
        {
            await using var db = rig.Database.For(null).CreateDbContext();
            return await new RunSweep(rig.Jobs).EnqueueLostAsync(db, rig.Now, CancellationToken.None);
        }
    }

    [Fact]
    public async Task Tuning_NotYetOrdered_WaitsUntilTheOrganizationIsRestored()
    {
        var (projectId, _) = await StartAsync();
        await HoldAsync(Database, suspended: true);
        for (var i = 0; i < 20; i++)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Empty(Google.Jobs);
        Assert.Empty(Google.Objects);
        var held = await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        Assert.Equal(TuningJobState.Uploading, held?.State);
        Assert.Contains("suspended", held?.Problem, StringComparison.Ordinal);

        await HoldAsync(Database, suspended: false);
        await Rig.RunToTheEndAsync(projectId);
        Assert.Single(Google.Jobs);
    }

    [Fact]
    public async Task Tuning_ThatGoogleHasBegun_IsWatchedToItsEndAndMetered()
    {
        var (projectId, _) = await StartAsync();
        while (Google.Jobs.Count is 0)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(4));
        }

        await HoldAsync(Database, suspended: true);
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync()).State);
        Assert.Equal(Meter.TuningTokens, (await db.UsageEvents.SingleAsync()).Meter);
    }

    private static async Task HoldAsync(PortalDatabase database, bool suspended)
    {
        await using var db = database.CreateDbContext();
        if (await db.Tenants.SingleOrDefaultAsync(t => t.Slug == "test") is not { } tenant)
        {
            tenant = new Tenant { Name = "Test", Slug = "test" };
            db.Entry(tenant).Property(t => t.Id).CurrentValue = "org_test";
            db.Add(tenant);
        }

        if (suspended)
        {
            tenant.Suspend("Payment is overdue.", db.Now);
        }
        else
        {
            tenant.Restore();
        }

        await db.SaveChangesAsync();
    }
}
