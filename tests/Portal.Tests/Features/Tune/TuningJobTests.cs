using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class TuningJobTests
{
    private static readonly DateTime s_now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);

    private static readonly VendorJob s_running = new() { Name = "projects/1/locations/l/tuningJobs/1", State = "JOB_STATE_RUNNING", Phase = VendorPhase.Running, TokensPerPass = 1_000, Epochs = 2, Steps = 40 };

    [Fact]
    public void Start_WithoutAQuote_IsRefused() => Assert.Throws<InvalidOperationException>(() => Job().Start(s_now));

    [Fact]
    public void Take_AnOlderReport_NeverLeadsBack()
    {
        var job = Started();
        job.Ordering(s_now);
        job.Take(s_running, s_now);

        job.Take(s_running with { State = "JOB_STATE_PENDING", Phase = VendorPhase.Waiting, TokensPerPass = 0, Epochs = 0, Steps = 0 }, s_now);

        Assert.Equal(TuningJobState.Running, job.State);
        Assert.Equal((1_000, 2, 40), (job.TokensPerPass, job.Epochs, job.Steps));
    }

    [Fact]
    public void Cancel_BeforeTheOrder_IsOverAtOnce()
    {
        var job = Started();

        Assert.True(job.Cancel(s_now));
        Assert.Equal(TuningJobState.Cancelled, job.State);
    }

    [Fact]
    public void Cancel_AfterTheOrderMayHaveLeft_WaitsForGoogle()
    {
        var job = Started();
        job.Ordering(s_now);

        Assert.False(job.Cancel(s_now));
        Assert.Equal(TuningJobState.Cancelling, job.State);
        Assert.False(job.Cancel(s_now));
    }

    [Fact]
    public void Succeed_AfterACancel_IsSaidAsItIs()
    {
        var job = Started();
        job.Ordering(s_now);
        job.Take(s_running, s_now);
        job.Cancel(s_now);

        job.Succeed(s_running with { Phase = VendorPhase.Succeeded, Endpoint = "e" }, s_now);

        Assert.Equal(TuningJobState.Succeeded, job.State);
        Assert.Throws<InvalidOperationException>(() => job.Cancelled(s_now));
    }

    [Fact]
    public void Stumble_AgainAndAgain_KeepsTheStateAndWaitsAtMostAMinute()
    {
        var job = Started();
        var pauses = Enumerable.Range(0, 9).Select(_ =>
        {
            job.Stumble("Google does not answer (503).", "busy", null, s_now);
            return (job.NextStepAt - s_now).TotalSeconds;
        }).ToList();

        Assert.Equal([2, 4, 8, 16, 32, 60, 60, 60, 60], pauses);
        Assert.Equal(TuningJobState.Uploading, job.State);
        job.Stumble("x", "", TimeSpan.FromMinutes(10), s_now);
        Assert.Equal(60, (job.NextStepAt - s_now).TotalSeconds);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(40, 0, 0)]
    [InlineData(40, 20, 1_000)]
    [InlineData(40, 40, 2_000)]
    [InlineData(3, 1, 667)]
    public void WhenCancelled_ChargesTheShareOfTheSteps(long steps, long done, long tokens)
    {
        var job = Started();
        job.Ordering(s_now);
        job.Take(s_running with { Steps = steps }, s_now);
        job.Measured(done);

        Assert.Equal(tokens, TuningCharge.WhenCancelled(job));
    }

    [Fact]
    public void TimeLeft_HalfWay_IsAsLongAgain()
    {
        var job = Started();
        job.Ordering(s_now);
        job.Take(s_running with { TrainingStartedAt = s_now }, s_now);
        Assert.Null(TuningCharge.TimeLeft(job, s_now.AddMinutes(5)));

        job.Measured(20);

        Assert.Equal(TimeSpan.FromMinutes(5), TuningCharge.TimeLeft(job, s_now.AddMinutes(5)));
    }

    private static TuningJob Started()
    {
        var job = Job();
        job.Price(TuningQuote.For(new TokenForecast(1_000, 1_100, 50, IsEstimate: false), 2, 100, 100, 5_000_000), s_now);
        job.Start(s_now);
        return job;
    }

    private static TuningJob Job() => new()
    {
        ProjectId = "prj", VersionId = "ver", VersionNumber = 1, TrainRows = 100, ValidationRows = 10, BaseModelId = "m", BaseModelName = "M", Location = "us-central1",
        Instruction = "i", EpochCount = 2, LearningRateMultiplier = null, AdapterSize = 4, CreatedAt = s_now, StartedByName = "",
    };
}
