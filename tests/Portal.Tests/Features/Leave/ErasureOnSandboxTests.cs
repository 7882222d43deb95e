using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Leave;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Sandbox;
using Portal.Tests.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Leave;

/// <summary>What an organisation has at the vendor goes with it: the sandbox keeps its state in files, and every byte of them is looked at.</summary>
public sealed class ErasureOnSandboxTests : IAsyncLifetime
{
    private const string Canary = "canarybird";
    private static readonly DateTime s_now = new(2026, 11, 25, 9, 0, 0, DateTimeKind.Utc);

    private readonly PortalDatabase _database = new();
    private WebApplication _sandbox = null!; // filled before each test
    private string _address = "";

    private string StateFolder => Path.Combine(_database.Folder, "sandbox");

    public async ValueTask InitializeAsync()
    {
        _sandbox = SandboxServer.Build(new SandboxOptions { StateFolder = StateFolder, Url = "http://127.0.0.1:0", StepDelayMilliseconds = 0 });
        await _sandbox.StartAsync();
        _address = _sandbox.Urls.First();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task Erase_OfATunedOrganization_LeavesNothingAtTheVendorButTheJobsRecord()
    {
        await TuneAsync("org_other", "othersbird");
        await TuneAsync("org_test", Canary);
        Assert.NotEmpty(Leftovers.FilesWith(StateFolder, Canary));
        using var rig = new LeaveRig(google: _address, database: _database);
        await using (var db = _database.CreateDbContext())
        {
            // What was asked, and is due.
            db.OrganizationErasures.Add(OrganizationErasure.Of("org_test", "hash", "usr_1", rig.Now, rig.Now));
            await db.SaveChangesAsync(LeaveRig.Ct);
        }

        var erasure = await RunAsync(rig);

        Assert.Equal((ErasureState.Erased, ""), (erasure.State, erasure.Problem));
        var receipt = ErasureReceipt.Parse(erasure.ReceiptJson);
        Assert.Equal(
            ["bucket Removed", "endpoint Removed", "tuned model Removed", "tuning job Kept"],
            receipt.Vendor.Where(t => t.Kind is not "bucket object").Select(t => $"{t.Kind} {t.Outcome}").Distinct().Order());
        Assert.Empty(Leftovers.FilesWith(StateFolder, Canary));
        Assert.Empty(await Leftovers.RowsWithAsync(_database, Canary));
        // The other's models are still there, with all that they learnt.
        Assert.NotEmpty(Leftovers.FilesWith(StateFolder, "othersbird"));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(StateFolder), "*", SearchOption.AllDirectories).Count(f => f.Contains("tuningJobs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Erase_WhileTheVendorIsAway_WaitsAndGoesOn()
    {
        await TuneAsync("org_test", Canary);
        using var rig = new LeaveRig(google: "http://127.0.0.1:9/", database: _database);
        await using (var db = _database.CreateDbContext())
        {
            db.OrganizationErasures.Add(OrganizationErasure.Of("org_test", "hash", "usr_1", rig.Now, rig.Now));
            await db.SaveChangesAsync(LeaveRig.Ct);
        }

        await rig.WorkAsync<EraseWorker>(w => w.RunAsync("org_test", Id(), LeaveRig.Ct));
        await using (var db = _database.CreateDbContextFor(new TenantScope()))
        {
            var waiting = await db.OrganizationErasures.AsNoTracking().SingleAsync(LeaveRig.Ct);
            Assert.Equal((ErasureStage.Vendor, "Google does not answer"), (waiting.Stage, waiting.Problem));
            Assert.True(waiting.NextStepAt > rig.Now);
        }

        Assert.NotEmpty(await Leftovers.RowsWithAsync(_database, Canary));
        using var again = new LeaveRig(google: _address, database: _database);
        again.Time.Advance(TimeSpan.FromMinutes(5));

        var erasure = await RunAsync(again);

        Assert.Equal(ErasureState.Erased, erasure.State);
        Assert.DoesNotContain(ErasureReceipt.Parse(erasure.ReceiptJson).Vendor, t => t.Outcome is VendorOutcome.Failed);
        Assert.Empty(Leftovers.FilesWith(StateFolder, Canary));
    }

    private string Id()
    {
        using var db = _database.CreateDbContextFor(new TenantScope());
        return db.OrganizationErasures.Select(e => e.Id).Single();
    }

    private async Task<OrganizationErasure> RunAsync(LeaveRig rig)
    {
        var id = Id();
        for (var runs = 0; ; runs++)
        {
            await rig.WorkAsync<EraseWorker>(w => w.RunAsync("org_test", id, LeaveRig.Ct));
            rig.Time.Advance(TimeSpan.FromMinutes(2));
            await using var db = _database.CreateDbContextFor(new TenantScope());
            var erasure = await db.OrganizationErasures.AsNoTracking().SingleAsync(LeaveRig.Ct);
            if (erasure.State is ErasureState.Erased || runs > 20)
            {
                return erasure;
            }
        }
    }

    private async Task TuneAsync(string tenantId, string canary)
    {
        var database = _database.For(tenantId);
        var projectId = await TuneSeed.ProjectAsync(database, model: "gemini-3.5-flash");
        await using (var db = database.CreateDbContext())
        {
            await db.FrozenExamples.ExecuteUpdateAsync(set => set.SetProperty(e => e.Input, e => canary + " " + e.Input).SetProperty(e => e.Output, e => canary + " " + e.Output), LeaveRig.Ct);
        }

        using var rig = new TuneRig(database, _address, s_now, tenantId);
        await rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(2, null, 1)), CancellationToken.None));
        await rig.RunToTheEndAsync(projectId, pause: TimeSpan.FromMilliseconds(100));
        await using var after = database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await after.TuningJobs.SingleAsync(LeaveRig.Ct)).State);
    }

    private async Task StopAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _sandbox.StopAsync(patience.Token);
        await _sandbox.DisposeAsync();
    }
}
