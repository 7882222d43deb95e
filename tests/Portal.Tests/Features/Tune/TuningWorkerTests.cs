using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class TuningWorkerTests : TuneTest
{
    [Fact]
    public async Task Job_WhoseStarterLeftBeforeTheOrder_IsStoppedAndChargedNothing()
    {
        await Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Editor);
        Rig.UserId = "usr_olivia";
        var (projectId, _) = await StartAsync();
        await Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Viewer);

        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        var ended = await db.TuningJobs.SingleAsync();
        Assert.Equal(TuningJobState.Failed, ended.State);
        Assert.StartsWith("Olivia, who started this may no longer start or cancel a tuning here", ended.Problem, StringComparison.Ordinal);
        Assert.Empty(Google.Jobs);
        Assert.Empty(Google.Objects);
        Assert.Equal(0, await db.UsageEvents.CountAsync());
        Assert.Equal(ReservationState.Released, (await db.Reservations.SingleAsync()).State);
        Assert.Equal(1, await db.Set<AuditEntry>().CountAsync(e => e.Action == StandingRight.Action && e.TargetId == ended.Id));
    }

    [Fact]
    public async Task Job_WhoseStarterLeavesOnceItIsOrdered_GoesOn()
    {
        await Database.SetMemberAsync("org_test", "usr_olivia", MemberRole.Editor);
        Rig.UserId = "usr_olivia";
        var (projectId, _) = await StartAsync();
        for (var tick = 0; tick < 100 && Google.Jobs.Count is 0; tick++)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(4));
        }

        await Database.SetMemberAsync("org_test", "usr_olivia", null);
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync()).State);
    }

    [Fact]
    public async Task Job_FromStartToEnd_TrainsOnceAndRegistersTheBestCheckpoint()
    {
        var (projectId, job) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        var ended = await db.TuningJobs.SingleAsync();
        Assert.Equal(TuningJobState.Succeeded, ended.State);
        Assert.Equal(("JOB_STATE_SUCCEEDED", 40, 40), (ended.VendorState, ended.Steps, ended.StepsDone));
        var usage = await db.UsageEvents.SingleAsync();
        Assert.Equal((Meter.TuningTokens, 2_000, 10_000, $"tuning:{job.Id}"), (usage.Meter, usage.Quantity, usage.AmountMicros, usage.IdempotencyKey));
        Assert.Equal(ReservationState.Settled, (await db.Reservations.SingleAsync()).State);
        var candidate = await db.Candidates.SingleAsync(c => c.Rung == Rung.Tuned);
        Assert.Equal(("projects/123/locations/us/endpoints/32", job.VersionId, job.Id), (candidate.ModelName, candidate.VersionId, candidate.SourceId));
        Assert.Equal(2, await db.Checkpoints.CountAsync());
        Assert.Equal(40 + 40 + 4 + 4, await db.MetricPoints.CountAsync());
    }

    [Fact]
    public async Task Upload_SendsTrainingAndValidationRows_AndNoTestRow()
    {
        var (projectId, job) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        var train = Lines(job.TrainObject);
        Assert.Equal((40, 10), (train.Count, Lines(job.ValidationObject).Count));
        Assert.Equal("Name the topic.", train[0].SystemInstruction!.Parts[0].Text);
        Assert.Equal(["user", "model"], train[0].Contents.Select(c => c.Role));
        Assert.Equal(["my card number 1 is lost", "other"], train[0].Contents.Select(c => c.Parts[0].Text));
        Assert.DoesNotContain("my card number 51 ", Encoding.UTF8.GetString([.. Google.Objects.Values.SelectMany(b => b)]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Order_CarriesSettingsAndTheLabel()
    {
        var (projectId, job) = await StartAsync(new TuningSettings(new Hyperparameters(3, 0.5, 8)));
        await Rig.RunToTheEndAsync(projectId);

        var order = Assert.Single(Google.Jobs);
        Assert.Equal(job.Id, order.Labels["portal-job"]);
        Assert.Equal($"gs://portal-sandbox-org-test/tuning/{job.Id}/train.jsonl", order.SupervisedTuningSpec!.TrainingDatasetUri);
        Assert.Equal((3, 0.5, "ADAPTER_SIZE_EIGHT"), (order.SupervisedTuningSpec.HyperParameters!.EpochCount, order.SupervisedTuningSpec.HyperParameters.LearningRateMultiplier, order.SupervisedTuningSpec.HyperParameters.AdapterSize));
    }

    [Fact]
    public async Task Success_AfterOverfitting_ProposesTheEarlierCheckpoint()
    {
        Google.ValidationLoss = step => step is 10 or 20 ? 0.5 : 0.9;
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        var job = await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        var checkpoints = await Rig.AsMemberAsync(t => t.CheckpointsAsync(job!.Id, CancellationToken.None));
        var proposed = Assert.Single(checkpoints, c => c.IsProposed);
        Assert.Equal(("1", false, 0.5), (proposed.VendorId, proposed.IsDefault, proposed.ValidationLoss));
        var other = await Rig.AsMemberAsync(t => t.RegisterCheckpointAsync(checkpoints[1].Id, CancellationToken.None));
        var again = await Rig.AsMemberAsync(t => t.RegisterCheckpointAsync(checkpoints[1].Id, CancellationToken.None));
        Assert.Equal(("projects/123/locations/us/endpoints/32", other.Id), (other.ModelName, again.Id));
    }

    [Fact]
    public async Task Order_CarriedOutButNotAnswered_IsAdoptedEvenWhenListedLate()
    {
        var lost = false;
        Google.ListLag = TimeSpan.FromSeconds(3);
        Google.Now = () => Rig.Clock.GetUtcNow().UtcDateTime;
        Google.On = moment => moment is { IsDone: true } && moment.Call.EndsWith("/tuningJobs", StringComparison.Ordinal) && moment.Call.StartsWith("POST", StringComparison.Ordinal) && !lost
            ? throw new IOException(lost ? "" : $"{lost = true}")
            : Task.CompletedTask;
        var (projectId, _) = await StartAsync();
        var seen = new HashSet<string>();
        for (var tick = 0; tick < 3; tick++)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(1.1));
            seen.Add((await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.Problem);
        }

        await Rig.RunToTheEndAsync(projectId);

        Assert.True(lost);
        Assert.Contains(seen, s => s.StartsWith("Asking Google whether it began", StringComparison.Ordinal));
        Assert.Single(Google.Jobs);
        await using var db = Database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync()).State);
        Assert.Equal(1, await db.UsageEvents.CountAsync());
    }

    [Fact]
    public async Task Order_RefusedForQuota_KeepsTheJobAndGoesOn()
    {
        var refusals = 3;
        Google.Refuse = call => call.StartsWith("POST", StringComparison.Ordinal) && call.EndsWith("/tuningJobs", StringComparison.Ordinal) && refusals-- > 0 ? 429 : 0;
        var (projectId, _) = await StartAsync();
        for (var tick = 0; tick < 3; tick++)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(1));
        }

        var job = await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        Assert.Equal((TuningJobState.Uploading, "Google has no room for us just now (429).", false), (job!.State, job.Problem, job.IsOrdered));
        await Rig.RunToTheEndAsync(projectId);
        Assert.Single(Google.Jobs);
    }

    [Fact]
    public async Task Order_RefusedAsWrong_FailsWithGooglesWordsAndFreesTheMoney()
    {
        Google.Refuse = call => call.StartsWith("POST", StringComparison.Ordinal) && call.EndsWith("/tuningJobs", StringComparison.Ordinal) ? 400 : 0;
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        await AssertFreeAsync(TuningJobState.Failed, "refused with 400");
    }

    [Fact]
    public async Task Failure_AtGoogle_ChargesNothingAndSaysWhy()
    {
        (Google.EndsAs, Google.Error) = (VertexJobState.Failed, new VertexStatus { Code = 3, Message = "Row 7: invalid role" });
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        await AssertFreeAsync(TuningJobState.Failed, "Row 7: invalid role");
    }

    [Fact]
    public async Task GoogleAway_ForAWhile_KeepsTheStateAndTriesAgain()
    {
        var (projectId, _) = await StartAsync();
        while ((await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.State is not TuningJobState.Running)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(2));
        }

        Google.Refuse = _ => 503;
        await Rig.TickAsync(TimeSpan.FromSeconds(2));
        var job = await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None));
        Assert.Equal((TuningJobState.Running, "Google does not answer (503).", 1), (job!.State, job.Problem, job.Attempts));
        Google.Refuse = _ => 0;
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        Assert.Equal((TuningJobState.Succeeded, ""), (await db.TuningJobs.Select(j => new ValueTuple<TuningJobState, string>(j.State, j.Problem)).SingleAsync()));
    }

    [Fact]
    public async Task Cancel_WhileRunning_WaitsForGoogleAndChargesTheStepsDone()
    {
        var (projectId, job) = await StartAsync();
        while ((await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.StepsDone is 0)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(2));
        }

        await Rig.AsMemberAsync(t => t.CancelAsync(job.Id, CancellationToken.None));
        Assert.Equal(TuningJobState.Cancelling, (await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.State);
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        var ended = await db.TuningJobs.SingleAsync();
        Assert.Equal(TuningJobState.Cancelled, ended.State);
        Assert.InRange(ended.StepsDone, 20, 40);
        Assert.Equal(2_000 * ended.StepsDone / 40, (await db.UsageEvents.SingleAsync()).Quantity);
        Assert.Equal(ReservationState.Settled, (await db.Reservations.SingleAsync()).State);
        Assert.InRange(Google.CancelCalls, 1, 2);
    }

    [Fact]
    public async Task Cancel_TooLate_EndsAsGoogleSays()
    {
        Google.ReadsToCancel = -1;
        var (projectId, job) = await StartAsync();
        while ((await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)))!.State is not TuningJobState.Running)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(2));
        }

        await Rig.AsMemberAsync(t => t.CancelAsync(job.Id, CancellationToken.None));
        await Rig.RunToTheEndAsync(projectId);

        await using var db = Database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync()).State);
        Assert.Equal(2_000, (await db.UsageEvents.SingleAsync()).Quantity);
    }

    [Fact]
    public async Task Cancel_WhileTheOrderIsOnItsWay_StopsTheJobThatItMade()
    {
        var cancelled = false;
        TuningJob? job = null;
        Google.On = async moment =>
        {
            if (moment is { IsDone: true } && moment.Call.StartsWith("POST", StringComparison.Ordinal) && moment.Call.EndsWith("/tuningJobs", StringComparison.Ordinal))
            {
                cancelled = true;
                using var other = new TuneRig(Database, Google.Address, Rig.Clock.GetUtcNow().UtcDateTime);
                await other.AsMemberAsync(t => t.CancelAsync(job!.Id, CancellationToken.None));
            }
        };
        (var projectId, job) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        Assert.True(cancelled);
        Assert.Single(Google.Jobs);
        Assert.InRange(Google.CancelCalls, 1, 2);
        await AssertFreeAsync(TuningJobState.Cancelled, "");
    }

    [Fact]
    public async Task Cancel_BeforeTheOrder_FreesTheMoneyAtOnce()
    {
        var (_, job) = await StartAsync();
        await Rig.AsMemberAsync(t => t.CancelAsync(job.Id, CancellationToken.None));

        await AssertFreeAsync(TuningJobState.Cancelled, "");
        await Rig.TickAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(Google.Jobs);
    }

    [Fact]
    public async Task TwoWorkers_AtOnce_MakeOneMove()
    {
        var (_, job) = await StartAsync();
        using var other = new TuneRig(Database, Google.Address, s_now);
        var uploads = 0;
        Google.On = moment =>
        {
            Interlocked.Add(ref uploads, moment is { IsDone: false } && moment.Call.StartsWith("POST /upload", StringComparison.Ordinal) ? 1 : 0);
            return Task.Delay(50);
        };

        await Task.WhenAll(StepAsync(Rig, job), StepAsync(other, job));

        Assert.Equal(1, uploads);
    }

    [Fact]
    public async Task EveryWakeUpLost_TheSweepCarriesTheJobToItsEnd()
    {
        var (projectId, _) = await StartAsync();
        Rig.Wakes.TakeAll();
        await Rig.RunToTheEndAsync(projectId);

        Assert.Single(Google.Jobs);
    }

    private static Task StepAsync(TuneRig rig, TuningJob job) => rig.RunAsync(services =>
        ((TuningWorker)services.GetService(typeof(TuningWorker))!).StepAsync("org_test", job.Id, CancellationToken.None));

    private async Task AssertFreeAsync(TuningJobState state, string details)
    {
        await using var db = Database.CreateDbContext();
        var job = await db.TuningJobs.SingleAsync();
        Assert.Equal((state, details), (job.State, job.ProblemDetails));
        Assert.Equal(0, await db.UsageEvents.CountAsync());
        Assert.Equal(ReservationState.Released, (await db.Reservations.SingleAsync()).State);
    }

    private List<VertexGenerateContentRequest> Lines(string name) =>
    [
        .. Encoding.UTF8.GetString(Google.Objects[name]).TrimEnd('\n').Split('\n').Select(line => JsonSerializer.Deserialize<VertexGenerateContentRequest>(line, VertexJson.Options)!),
    ];
}
