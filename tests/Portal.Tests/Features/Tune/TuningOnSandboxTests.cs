using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Sandbox;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>The same journey against the sandbox, which checks what Google checks and really trains.</summary>
public sealed class TuningOnSandboxTests : IAsyncLifetime
{
    private static readonly DateTime s_now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    private readonly PortalDatabase _database = new();
    private WebApplication _sandbox = null!; // filled before each test
    private string _address = "http://127.0.0.1:0";

    public async ValueTask InitializeAsync() => await StartSandboxAsync();

    public async ValueTask DisposeAsync()
    {
        await StopSandboxAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task Job_OnTheSandbox_TrainsAndIsBilledByWhatItCounted()
    {
        using var rig = new TuneRig(_database, _address, s_now);
        var projectId = await TuneSeed.ProjectAsync(_database, model: "gemini-3.5-flash");
        var job = await rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(3, null, 4)), CancellationToken.None));

        await rig.RunToTheEndAsync(projectId, pause: s_pause);

        await using var db = _database.CreateDbContext();
        var ended = await db.TuningJobs.SingleAsync();
        Assert.Equal((TuningJobState.Succeeded, ""), (ended.State, ended.ProblemDetails));
        Assert.True(ended is { TokensPerPass: > 0, Epochs: 3, Steps: > 0 } && ended.StepsDone == ended.Steps);
        var usage = await db.UsageEvents.SingleAsync();
        Assert.Equal(ended.TokensPerPass * 3, usage.Quantity);
        Assert.InRange(usage.AmountMicros, ended.LikelyMicros / 2, ended.LikelyMicros * 2);
        Assert.Equal(3, await db.Checkpoints.CountAsync(c => c.JobId == job.Id && c.Endpoint != "" && c.ValidationLoss != null));
        Assert.Equal(Enum.GetValues<CurveKind>(), (await db.MetricPoints.Select(p => p.Curve).Distinct().ToListAsync()).Order());
        Assert.StartsWith("projects/", (await db.Candidates.SingleAsync(c => c.Rung == Rung.Tuned)).ModelName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SandboxRestarted_WhileItTrains_TheJobGoesOn()
    {
        using var rig = new TuneRig(_database, _address, s_now);
        var projectId = await TuneSeed.ProjectAsync(_database, train: 400, model: "gemini-3.5-flash");
        await rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(4, null, 4)), CancellationToken.None));
        var job = await rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        for (var tick = 0; tick < 40 && job!.StepsDone is 0; tick++)
        {
            await Task.Delay(s_pause);
            await rig.TickAsync(TimeSpan.FromSeconds(2));
            job = await rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        }

        await StopSandboxAsync();
        await rig.TickAsync(TimeSpan.FromSeconds(2));
        var away = await rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        Assert.Equal((TuningJobState.Running, "Google does not answer."), (away!.State, away.Problem));
        await StartSandboxAsync();
        await rig.RunToTheEndAsync(projectId, pause: s_pause);

        await using var db = _database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync()).State);
        Assert.Equal(ReservationState.Settled, (await db.Reservations.SingleAsync()).State);
    }

    [Fact]
    public async Task Cancel_OnTheSandbox_IsConfirmedAndChargedByItsSteps()
    {
        using var rig = new TuneRig(_database, _address, s_now);
        var projectId = await TuneSeed.ProjectAsync(_database, train: 400, model: "gemini-3.5-flash");
        var job = await rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(100, null, 4)), CancellationToken.None));
        for (var tick = 0; tick < 40 && job!.StepsDone is 0; tick++)
        {
            await Task.Delay(s_pause);
            await rig.TickAsync(TimeSpan.FromSeconds(2));
            job = await rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        }

        await rig.AsMemberAsync(t => t.CancelAsync(job!.Id, CancellationToken.None));
        await rig.RunToTheEndAsync(projectId, pause: s_pause);

        await using var db = _database.CreateDbContext();
        var ended = await db.TuningJobs.SingleAsync();
        Assert.Equal((TuningJobState.Cancelled, "JOB_STATE_CANCELLED"), (ended.State, ended.VendorState));
        Assert.InRange(ended.StepsDone, 1, ended.Steps - 1);
        Assert.Equal(TuningCharge.WhenCancelled(ended), (await db.UsageEvents.SingleAsync()).Quantity);
    }

    private async Task StartSandboxAsync()
    {
        _sandbox = SandboxServer.Build(new SandboxOptions { StateFolder = Path.Combine(_database.Folder, "sandbox"), Url = _address, StepDelayMilliseconds = 20 });
        await _sandbox.StartAsync();
        _address = _sandbox.Urls.First();
    }

    private async Task StopSandboxAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _sandbox.StopAsync(patience.Token);
        await _sandbox.DisposeAsync();
    }
}
