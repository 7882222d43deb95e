using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CanaryFiguresTests
{
    private static readonly FakeTimeProvider s_time = new(new DateTimeOffset(2026, 11, 23, 10, 0, 0, TimeSpan.Zero));
    private static readonly IOptions<DeployOptions> s_options = Options.Create(new DeployOptions());

    [Fact]
    public async Task Read_CountsBothSidesSinceTheStep_ByTheCallsAndThumbsOfCallers()
    {
        using var database = new PortalDatabase(s_time);
        var endpointId = await BeginAsync(database);
        await using var db = database.CreateDbContext();

        var rows = await new CanaryFigures(new AnswerVotes(), s_options).ReadAsync(db, await db.Endpoints.SingleAsync(e => e.Id == endpointId), CancellationToken.None);

        Assert.Equal(
            [(CanaryMeasure.Errors, 4, 1, 0.5, 0.0), (CanaryMeasure.Latency, 1, 1, 100.0, 200.0), (CanaryMeasure.BadFeedback, 0, 2, 0.0, 0.5)],
            rows.Select(r => (r.Measure, (int)r.LiveCount, (int)r.CanaryCount, r.Live.Value, r.Canary.Value)));
        Assert.Equal(2, rows[1].Change.Value, 6);
        Assert.All(rows, r => Assert.Equal(GuardVerdict.NotEnough, r.Verdict));
    }

    [Fact]
    public async Task Sweep_WakesTheGuardOnceAMinute()
    {
        using var database = new PortalDatabase(s_time);
        var endpointId = await BeginAsync(database);
        var now = s_time.GetUtcNow().UtcDateTime;

        Assert.Equal(1, await SweepAsync(now));
        await using (var db = database.CreateDbContext())
        {
            Assert.Equal(1, await CanaryWorker.Due(db, now, s_options.Value.CanaryEvery).Where(e => e.Id == endpointId).ExecuteUpdateAsync(set => set.SetProperty(e => e.CanaryCheckedAt, now)));
            Assert.Equal(0, await CanaryWorker.Due(db, now, s_options.Value.CanaryEvery).CountAsync());
        }

        Assert.Equal(0, await SweepAsync(now.AddSeconds(59)));
        Assert.Equal(1, await SweepAsync(now.AddSeconds(60)));

        async Task<int> SweepAsync(DateTime at)
        {
            await using var platform = database.For(null).CreateDbContext();
            return await new CanarySweep(new RecordedWork(), s_options).EnqueueLostAsync(platform, at, CancellationToken.None);
        }
    }

    private static async Task<string> BeginAsync(PortalDatabase database)
    {
        await database.SetMemberAsync("org_test", "usr_1", MemberRole.Owner);
        await using var db = database.CreateDbContext();
        var live = TrafficServiceTests.Deploy(db);
        var endpoint = db.Endpoints.Local.Single();
        var canary = new Deployment
        {
            ProjectId = live.ProjectId, EndpointId = live.EndpointId, CandidateId = live.CandidateId, CandidateName = "Flash tuned", BaseModelId = "flash",
            Number = endpoint.TakeNumber(), FirstPercent = 10, GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        db.Deployments.Add(canary);
        await db.SaveChangesAsync();
        endpoint.PutLive(live.Id);
        endpoint.BeginCanary(canary.Id, 10, db.Now.AddHours(-1));
        db.InferenceLogs.AddRange(
            TrafficServiceTests.Log(live, "2026-11-23T09:10:00Z", 100), TrafficServiceTests.Log(live, "2026-11-23T09:10:00Z", 5, status: 502),
            TrafficServiceTests.Log(live, "2026-11-23T09:11:00Z", 5, status: 429), TrafficServiceTests.Log(live, "2026-11-23T09:12:00Z", 5, status: 400),
            TrafficServiceTests.Log(live, "2026-11-23T08:59:59Z", 9_000, status: 503), TrafficServiceTests.Log(canary, "2026-11-23T09:10:00Z", 200),
            TrafficServiceTests.Log(canary, "2026-11-23T09:10:00Z", 9_000, status: 502, source: UsageSource.Playground));
        foreach (var (draft, source) in new[]
        {
            (FeedbackDraft.Of(true), UsageSource.Endpoint), (FeedbackDraft.Of(false), UsageSource.Endpoint), (FeedbackDraft.Of(false), UsageSource.Playground), (new FeedbackDraft(Thumb.None, 0.1, "", ""), UsageSource.Endpoint),
        })
        {
            var feedback = new AnswerFeedback
            {
                ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = canary.Id, ResponseId = Guid.NewGuid().ToString("N"), Source = source, AnsweredAt = db.Now.AddMinutes(-10),
            };
            feedback.Say(draft, null, db.Now);
            db.AnswerFeedback.Add(feedback);
        }

        await db.SaveChangesAsync();
        return endpoint.Id;
    }
}
