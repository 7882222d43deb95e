using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Monitor;

public sealed class AlertWorkerTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 10, 32, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_now);
    private readonly PortalDatabase _database;
    private readonly RecordedWork _work = new();

    public AlertWorkerTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Rule_ThatCrossesItsLimits_TellsEachChangeOnce_WhoeverLooksAndHoweverOften()
    {
        var live = await DeployAsync();
        await MemberAsync("usr_1", isVerified: true);
        await MemberAsync("usr_2", isVerified: false);
        await MemberAsync("usr_3", isVerified: true);
        var ruleId = await RuleAsync(live, AlertLimits.Usual(AlertMeasure.ErrorRate) with { ForMinutes = 5 }, "usr_1", "usr_2", "usr_3");
        // Whoever has left is told nothing.
        await _database.SetMemberAsync("org_test", "usr_3", null);
        await SliceAsync(live, -2, calls: 100, errors: 40);

        // Two at once: one looks.
        await Task.WhenAll(LookAsync(ruleId), LookAsync(ruleId));
        Assert.Equal((AlertState.Ok, 0.4, 0, 0), await StateAsync(ruleId));
        _time.Advance(TimeSpan.FromSeconds(30));
        await LookAsync(ruleId);
        _time.Advance(TimeSpan.FromMinutes(5));
        await LookAsync(ruleId);
        Assert.Equal((AlertState.Alert, 0.4, 1, 1), await StateAsync(ruleId));

        // While the state stays nothing more is told.
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await LookAsync(ruleId);
        }

        Assert.Equal((AlertState.Alert, 0.4, 1, 1), await StateAsync(ruleId));

        // An hour later the bad calls are out of the window, and only good ones in it.
        _time.Advance(TimeSpan.FromHours(1));
        await SliceAsync(live, -1, calls: 200, errors: 0);
        await LookAsync(ruleId);
        _time.Advance(TimeSpan.FromMinutes(5));
        await LookAsync(ruleId);
        Assert.Equal((AlertState.Ok, 0.0, 2, 2), await StateAsync(ruleId));
        await using var db = _database.CreateDbContext();
        Assert.Equal(["Alert: Errors of topics (40 %)", "Recovered: Errors of topics"], (await db.OutgoingMails.OrderBy(m => m.CreatedAt).ToListAsync()).Select(m => m.Subject));
        Assert.All(await db.OutgoingMails.ToListAsync(), m => Assert.Equal("usr_1@example.com", m.Recipient));
        var change = await db.AlertChanges.OrderBy(c => c.At).FirstAsync();
        Assert.Equal((AlertState.Ok, AlertState.Alert, 100L, 1), (change.Before, change.After, change.Samples, change.Told));
    }

    [Fact]
    public async Task Rule_WithoutEnoughCalls_TellsThatOrNothing_AsItSays()
    {
        var live = await DeployAsync();
        await SliceAsync(live, -2, calls: 10, errors: 10);
        var told = await RuleAsync(live, AlertLimits.Usual(AlertMeasure.ErrorRate) with { ForMinutes = 0, NoData = NoDataMeaning.Tell });
        var kept = await RuleAsync(live, AlertLimits.Usual(AlertMeasure.ErrorRate) with { ForMinutes = 0 });
        var traffic = await RuleAsync(live, AlertLimits.Usual(AlertMeasure.Traffic));
        foreach (var rule in new[] { told, kept, traffic })
        {
            await LookAsync(rule);
        }

        Assert.Equal([AlertState.NoData, AlertState.Ok, AlertState.Ok], [(await StateAsync(told)).State, (await StateAsync(kept)).State, (await StateAsync(traffic)).State]);
        _time.Advance(TimeSpan.FromMinutes(90));
        await LookAsync(traffic);
        Assert.Equal(AlertState.Alert, (await StateAsync(traffic)).State);

        // One that is off is looked at by nobody.
        await using (var db = _database.CreateDbContext())
        {
            (await db.AlertRules.SingleAsync(r => r.Id == traffic)).Switch(false, db.Now);
            await db.SaveChangesAsync();
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        await LookAsync(traffic);
        Assert.Equal(AlertState.Ok, (await StateAsync(traffic)).State);
        await using var all = _database.For(null).CreateDbContext();
        Assert.Equal(2, await new AlertSweep(_work).EnqueueLostAsync(all, all.Now, CancellationToken.None));
    }

    [Fact]
    public async Task Measures_OfTheRuleThePreviewAndThePage_AreTheSame()
    {
        var live = await DeployAsync(withBaseline: true);
        foreach (var (ago, errors) in new[] { (-2, 9), (-1, 30), (0, 0) })
        {
            await SliceAsync(live, ago, calls: 60, errors, german: 30);
        }

        await using (var db = _database.CreateDbContext())
        {
            db.AnswerFeedback.AddRange(Enumerable.Range(0, 20).Select(i => FeedbackOf(live, i, i < 15 ? Thumb.Down : Thumb.Up)));
            await db.SaveChangesAsync();
        }

        var page = await Page().ReadAsync(live.ProjectId, new MonitorScope(MonitorRange.Named("3h")), CancellationToken.None);
        foreach (var measure in Enum.GetValues<AlertMeasure>())
        {
            var limits = AlertLimits.Usual(measure) with { ForMinutes = 0, NoData = NoDataMeaning.Tell };
            limits = measure is AlertMeasure.CostPerDay ? limits : limits with { WindowMinutes = 180 };
            var ruleId = await RuleAsync(live, limits);
            await LookAsync(ruleId);
            var preview = await Alerts().PreviewAsync(live.ProjectId, live.Id, limits, CancellationToken.None);
            var (rule, of) = (await StateAsync(ruleId), Measures.Of(measure, page.Total, page.Feedback, page.Baseline?.Mix));

            Assert.NotNull(of);
            Assert.Equal((of.Value, of.Value), (rule.Value ?? -1, preview.Now?.Value ?? -2));
            Assert.Equal(rule.State, limits.Judge(of));
            Assert.Equal(rule.State, preview.Points[^1].State);
            Assert.All(preview.Points.SkipLast(24), p => Assert.True(p.Figure is null or { Count: 0 }));
        }
    }

    [Fact]
    public async Task Preview_OfAShortWindow_ShowsWhereItWouldHaveFired()
    {
        var live = await DeployAsync();
        for (var i = 0; i < 12; i++)
        {
            await SliceAsync(live, -40 + i, calls: 100, errors: i is >= 4 and < 8 ? 50 : 0);
        }

        var limits = AlertLimits.Usual(AlertMeasure.ErrorRate) with { WindowMinutes = 15, ForMinutes = 10, NoData = NoDataMeaning.Ok };
        var preview = await Alerts().PreviewAsync(live.ProjectId, null, limits, CancellationToken.None);

        var (state, from, to) = Assert.Single(preview.Stretches());
        var first = TrafficSlice.FineStart(s_now.UtcDateTime).AddMinutes(5 * -40);
        // The first bad slice is over 5 minutes after it began, and it must last for 10 more; the last is out of the window, which ends 15 after it, and that must last as well.
        Assert.Equal((AlertState.Alert, first.AddMinutes(5 * 5 + 10), first.AddMinutes(5 * 11 + 10)), (state, from, to));
        Assert.True(preview.IsFine);
        Assert.Null(preview.Now);
    }

    private static AnswerFeedback FeedbackOf(Deployment live, int number, Thumb thumb)
    {
        var feedback = new AnswerFeedback
        {
            ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = live.Id, ResponseId = $"ans_{number}", Source = Portal.Features.Billing.UsageSource.Endpoint, AnsweredAt = s_now.UtcDateTime.AddMinutes(-number),
        };
        feedback.Say(new FeedbackDraft(thumb, null, "", ""), null, s_now.UtcDateTime);
        return feedback;
    }

    private AlertReader Reader() => new(Training());

    private TrainingMix Training() => new(_database, new ExampleService(_database, Current(), _time), Projects(), new KnownPairs());

    private CurrentMember Current() => new(_database.Scope);

    private ProjectService Projects() => new(_database, Current(), [], _time);

    private MonitorService Page() => new(_database, Projects(), Training(), _time);

    private AlertService Alerts() => new(_database, Projects(), Reader(), Current(), _time);

    private Task LookAsync(string ruleId) => new AlertWorker(
        _database.Scope, _database, Reader(), new AlertNotice(new MailService(new EphemeralDataProtectionProvider(), new RecordedWork(), _time), new RecordedWork()), _time, NullLogger<AlertWorker>.Instance)
        .RunAsync(_database.Scope.TenantId, ruleId, CancellationToken.None);

    private async Task<(AlertState State, double? Value, int Changes, int Mails)> StateAsync(string ruleId)
    {
        await using var db = _database.CreateDbContext();
        var rule = await db.AlertRules.AsNoTracking().SingleAsync(r => r.Id == ruleId);
        return (rule.State, rule.Value, await db.AlertChanges.CountAsync(c => c.RuleId == ruleId), await db.OutgoingMails.CountAsync());
    }

    private async Task<string> RuleAsync(Deployment live, AlertLimits limits, params string[] userIds)
    {
        await using var db = _database.CreateDbContext();
        var rule = AlertRule.Of(live.ProjectId, db.Now);
        rule.Set($"{AlertWords.Of(limits.Measure)} of topics", live.Id, limits);
        db.AlertRules.Add(rule);
        db.AlertRoutes.AddRange(userIds.Select(id => new AlertRoute { RuleId = rule.Id, UserId = id }));
        await db.SaveChangesAsync();
        return rule.Id;
    }

    private async Task MemberAsync(string userId, bool isVerified)
    {
        await _database.SetMemberAsync("org_test", userId, MemberRole.Editor);
        await using var db = _database.CreateDbContextFor(new TenantScope());
        (await db.Users.SingleAsync(u => u.Id == userId)).SignedIn("Olivia", $"{userId}@example.com", isVerified, db.Now);
        await db.SaveChangesAsync();
    }

    /// <param name="slices">How many slices of five minutes from the one that is open.</param>
    private async Task SliceAsync(Deployment live, int slices, int calls, int errors, int german = 0)
    {
        await using var db = _database.CreateDbContext();
        var from = TrafficSlice.FineStart(db.Now).AddMinutes(5 * slices);
        var answered = calls - errors;
        db.TrafficSlices.Add(new TrafficSlice
        {
            ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = live.Id, CallerId = "", Grain = SliceGrain.FiveMinutes, From = from,
            Calls = calls, Errors = errors, InputTokens = 10, OutputTokens = 2, AmountMicros = 7_000_000,
            FiguresJson = new Figures
            {
                Checked = answered, Valid = answered / 2, Blocked = answered / 10, Latencies = new Dictionary<int, long> { [180] = answered }, Lengths = new Dictionary<int, long> { [4] = answered },
                Languages = new Dictionary<string, long> { ["English"] = answered - german, ["German"] = german },
            }.ToStored(),
        });

        await db.SaveChangesAsync();
    }

    private async Task<Deployment> DeployAsync(bool withBaseline = false)
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1" };
        project.Rename("Topics");
        db.Projects.Add(project);
        db.Add(new TaskDefinition { ProjectId = project.Id });
        string? versionId = null;
        if (withBaseline)
        {
            var version = db.DatasetVersions.Add(new DatasetVersion { ProjectId = project.Id, Number = 1, StartedAt = db.Now }).Entity;
            db.Entry(version).Property(v => v.State).CurrentValue = VersionState.Frozen;
            versionId = version.Id;
            var mix = new Figures { Lengths = new Dictionary<int, long> { [4] = 500 }, Languages = new Dictionary<string, long> { ["English"] = 500 } };
            db.DriftBaselines.Add(new DriftBaseline { ProjectId = project.Id, VersionId = version.Id, Examples = 500, FiguresJson = mix.ToStored() });
        }

        var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), db.Now)).Entity;
        var candidate = new Candidate { ProjectId = project.Id, Name = "Flash", Rung = Rung.Prompt, BaseModelId = "flash", ModelName = "flash", RecipeId = recipe.Id, VersionId = versionId, SourceId = "ver_1", Key = "prompt", CreatedAt = db.Now };
        db.Candidates.Add(candidate);
        var endpoint = new Endpoint { ProjectId = project.Id, Name = "topics", CreatedAt = db.Now };
        db.Endpoints.Add(endpoint);
        var deployment = new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "flash",
            Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        db.Deployments.Add(deployment);
        // All that is asked for here is in the open hours, of which the fine slices are read.
        db.TrafficCursors.Add(TrafficCursor.Of(endpoint, db.Now.AddDays(-1)));
        await db.SaveChangesAsync();
        endpoint.PutLive(deployment.Id);
        await db.SaveChangesAsync();
        return deployment;
    }
}
