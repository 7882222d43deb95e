using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

public sealed class TuningServiceTests : TuneTest
{
    [Fact]
    public async Task Start_TwiceAtOnce_MakesOneJobAndOneHold()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        using var other = new TuneRig(Database, Google.Address, s_now);

        var jobs = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => (i % 2 is 0 ? Rig : other).AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None))));

        Assert.Single(jobs.Select(j => j.Id).Distinct());
        await using var db = Database.CreateDbContext();
        Assert.Equal((1, 1), (await db.TuningJobs.CountAsync(), await db.Set<Portal.Features.Billing.Reservation>().CountAsync()));
    }

    [Fact]
    public async Task Start_HoldsTheQuotesWorst()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        var plan = await Rig.AsMemberAsync(t => t.PlanAsync(projectId, CancellationToken.None));
        var quote = await Rig.AsMemberAsync(t => t.QuoteAsync(plan, s_settings.Hyperparameters, CancellationToken.None));

        var job = await Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings with { AgreedWorstMicros = quote.Price.WorstMicros }, CancellationToken.None));

        // 40 rows of "Name the topic.", six words of input and one of output: 10 tokens each, all counted, two passes at $5 a million.
        Assert.Equal((400, false, 4_000), (quote.Forecast.LikelyTokens, quote.Forecast.IsEstimate, quote.Price.WorstMicros));
        await using var db = Database.CreateDbContext();
        Assert.Equal((job.Id, 4_000), await db.Set<Portal.Features.Billing.Reservation>().Select(r => new ValueTuple<string, long>(r.SubjectId, r.AmountMicros)).SingleAsync());
    }

    [Fact]
    public async Task Start_PriceRoseMeanwhile_StartsNothing()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);

        var refused = await Assert.ThrowsAsync<PortalException>(() => Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings with { AgreedWorstMicros = 3_999 }, CancellationToken.None)));

        Assert.Contains("price has risen", refused.Message, StringComparison.Ordinal);
        Assert.Null(await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)));
    }

    [Fact]
    public async Task Quote_GoogleAway_IsAnEstimateThatSaysSo()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        Google.Refuse = _ => 400;
        var plan = await Rig.AsMemberAsync(t => t.PlanAsync(projectId, CancellationToken.None));

        var quote = await Rig.AsMemberAsync(t => t.QuoteAsync(plan, s_settings.Hyperparameters, CancellationToken.None));

        Assert.True(quote.Forecast.IsEstimate);
        Assert.Equal(2 * quote.Price.LikelyMicros, quote.Price.WorstMicros);
        await using var db = Database.CreateDbContext();
        Assert.Equal(0, await db.TokenCounts.CountAsync());
    }

    [Fact]
    public async Task Quote_Twice_CountsOnce()
    {
        var projectId = await TuneSeed.ProjectAsync(Database, train: 400);
        var calls = 0;
        Google.On = moment =>
        {
            // Ten are asked at once.
            Interlocked.Add(ref calls, moment is { IsDone: false } && moment.Call.EndsWith(":countTokens", StringComparison.Ordinal) ? 1 : 0);
            return Task.CompletedTask;
        };
        var plan = await Rig.AsMemberAsync(t => t.PlanAsync(projectId, CancellationToken.None));
        var first = await Rig.AsMemberAsync(t => t.QuoteAsync(plan, s_settings.Hyperparameters, CancellationToken.None));
        var counted = calls;
        var second = await Rig.AsMemberAsync(t => t.QuoteAsync(plan, s_settings.Hyperparameters, CancellationToken.None));

        Assert.InRange(counted, 9, 10);
        Assert.Equal(counted, calls);
        Assert.Equal(first, second);
        Assert.Equal(4_000, first.Forecast.LikelyTokens);
    }

    [Theory]
    [InlineData(19, Verdict.Climb, 5_000_000L, ModelState.Tunable, "19 training rows")]
    [InlineData(40, null, 5_000_000L, ModelState.Tunable, "No base model is chosen")]
    [InlineData(40, Verdict.Climb, 5_000_000L, ModelState.BaselineOnly, "cannot be tuned")]
    [InlineData(40, Verdict.Climb, null, ModelState.Tunable, "no training price in the catalogue")]
    [InlineData(40, Verdict.Stop, 5_000_000L, ModelState.Tunable, "Tune anyway")]
    public async Task Start_SomethingInTheWay_NamesIt(int train, Verdict? verdict, long? price, ModelState state, string reason)
    {
        var projectId = await TuneSeed.ProjectAsync(Database, train, verdict: verdict, price: price, state: state);

        var refused = await Assert.ThrowsAsync<PortalException>(() => Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None)));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_NoVersion_IsRefused()
    {
        var projectId = await TuneSeed.ProjectAsync(Database, frozen: false);

        var refused = await Assert.ThrowsAsync<PortalException>(() => Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None)));

        Assert.Contains("No version of your data is frozen", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_StopVerdictAndTuneAnyway_Starts()
    {
        var projectId = await TuneSeed.ProjectAsync(Database, verdict: Verdict.Stop);

        var job = await Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings with { TuneAnyway = true }, CancellationToken.None));

        Assert.Equal(TuningJobState.Uploading, job.State);
    }

    [Theory]
    [InlineData(0, null, 4)]
    [InlineData(101, null, 4)]
    [InlineData(2, 0.09, 4)]
    [InlineData(2, 10.1, 4)]
    [InlineData(2, double.NaN, 4)]
    [InlineData(2, null, 3)]
    [InlineData(2, null, 16)]
    public async Task Start_SettingsGoogleWouldRefuse_AreRefusedHere(int epochs, double? multiplier, int adapter)
    {
        var projectId = await TuneSeed.ProjectAsync(Database);

        await Assert.ThrowsAsync<PortalException>(() => Rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(epochs, multiplier, adapter)), CancellationToken.None)));

        Assert.Null(await Rig.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)));
    }

    [Fact]
    public async Task Start_ByAViewer_IsRefused()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        using var viewer = new TuneRig(Database, Google.Address, s_now, role: MemberRole.Viewer);

        await Assert.ThrowsAsync<ForbiddenException>(() => viewer.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None)));
    }

    [Fact]
    public async Task EveryId_OfAnotherOrganization_IsNotFound()
    {
        var projectId = await TuneSeed.ProjectAsync(Database);
        var job = await Rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None));
        await Rig.RunToTheEndAsync(projectId);
        var checkpoint = (await Rig.AsMemberAsync(t => t.CheckpointsAsync(job.Id, CancellationToken.None)))[0];
        using var stranger = new TuneRig(Database, Google.Address, s_now, "org_other");

        await Assert.ThrowsAsync<NotFoundException>(() => stranger.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None)));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.AsMemberAsync(t => t.CancelAsync(job.Id, CancellationToken.None)));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.AsMemberAsync(t => t.RegisterCheckpointAsync(checkpoint.Id, CancellationToken.None)));
        Assert.Null(await stranger.AsMemberAsync(t => t.FindLatestAsync(projectId, CancellationToken.None)));
        Assert.Empty(await stranger.AsMemberAsync(t => t.CheckpointsAsync(job.Id, CancellationToken.None)));
        Assert.Empty(await stranger.AsMemberAsync(t => t.HistoryAsync(projectId, CancellationToken.None)));
        Assert.Empty((await stranger.AsMemberAsync(t => t.CurvesAsync(job.Id, CancellationToken.None))).Points);
    }
}
