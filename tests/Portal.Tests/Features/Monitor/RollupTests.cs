using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Connect;
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

public sealed class RollupTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 10, 32, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_now);
    private readonly PortalDatabase _database;
    private readonly KnownPairs _pairs = new();

    public RollupTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Errors_AreTheModelsOwn_ByOneCountOnEveryPage()
    {
        var live = await DeployAsync();
        foreach (var status in new[] { 200, 400, 403, 429, 500, 503 })
        {
            await AddAsync(live, "2026-11-23T09:10:00Z", 100, status: status);
        }

        await RunAsync(live);

        var total = (await ReadAsync(live, "24h")).Total;
        Assert.Equal((6, 3, 2, 1), (total.Calls, total.Errors, total.Refused, total.Answers));
        Assert.Equal(0.5, Measures.Of(AlertMeasure.ErrorRate, total, new FeedbackSum(0, 0, 0, 0, 0), null)?.Value);
        var today = (await new TrafficService(_database, _time).ReadAsync(live.EndpointId, CancellationToken.None)).Today;
        Assert.Equal((6, 3, 2), (today.Calls, today.Errors, today.Refused));
    }

    [Fact]
    public async Task Rollup_OfMoreCallsThanAreHeldAtOnce_CountsEachWithItsTrait()
    {
        var live = await DeployAsync();
        await AddAsync(live, "2026-11-23T09:10:00Z", 100, 5_000);
        // Where one part ends and the next begins.
        await AddAsync(live, "2026-11-23T09:12:30Z", 100, 5_001, label: "card");
        await AddAsync(live, "2026-11-23T09:14:59.9999Z", 100, 2);

        await RunAsync(live);

        var total = (await ReadAsync(live, "24h")).Total;
        Assert.Equal((10_003, 10_003, 100_030), (total.Calls, total.Checked, total.InputTokens));
        Assert.Equal(new Dictionary<string, long> { ["billing"] = 5_002, ["card"] = 5_001 }, total.Labels);
    }

    [Fact]
    public async Task Rollup_OfCalls_AddsThemUpOnce_HowEverOftenItRuns_AndTheMonitorReadsThem()
    {
        var live = await DeployAsync();
        await AddAsync(live, "2026-11-21T10:01:00Z", 100, 50);
        await AddAsync(live, "2026-11-23T08:59:59Z", 200);
        await AddAsync(live, "2026-11-23T09:00:00Z", 400, label: "card");
        await AddAsync(live, "2026-11-23T10:31:00Z", 9_000, status: 502);
        await AddAsync(live, "2026-11-23T10:31:10Z", 300, source: UsageSource.Playground);

        await RunAsync(live);
        _time.Advance(TimeSpan.FromSeconds(30));
        await RunAsync(live);

        var view = await ReadAsync(live, "24h");
        Assert.Equal((3, 1, 30, 21), (view.Total.Calls, view.Total.Errors, view.Total.InputTokens, view.Total.AmountMicros));
        Assert.Equal((2, 2), (view.Total.Checked, view.Total.Valid));
        Assert.Equal(new Dictionary<string, long> { ["billing"] = 1, ["card"] = 1 }, view.Total.Labels);
        Assert.Equal([8, 9, 10], view.Points.Where(p => p.Tally.Calls > 0).Select(p => p.From.Hour));
        Assert.Equal(24, view.Points.Count);
        Assert.Equal(53, (await ReadAsync(live, "7d")).Total.Calls);
        Assert.Equal("topics@1 · Flash", Assert.Single(view.ByDeployment).Name);
        Assert.Equal(0, (await ReadAsync(live, "7d", "dep_other")).Total.Calls);

        // A call that comes on record later within the open slice is counted when its time comes; one that was counted is not counted again.
        await AddAsync(live, "2026-11-23T10:31:30Z", 100);
        _time.Advance(TimeSpan.FromHours(1));
        await RunAsync(live);
        _time.Advance(TimeSpan.FromSeconds(30));
        await RunAsync(live);
        Assert.Equal(54, (await ReadAsync(live, "7d")).Total.Calls);
        // Fine slices are kept for two days.
        Assert.Equal([(SliceGrain.FiveMinutes, 4L), (SliceGrain.Hour, 54L), (SliceGrain.Day, 50L)], await GrainsAsync(live));
    }

    /// <summary>Whatever of it is added up to days: all of it, none of it, a part at the end as after the build that began with them, and a gap that an older build left.</summary>
    [Fact]
    public async Task Month_IsReadByDaysWhereThereAreSome_AndEachCallOnce()
    {
        var live = await DeployAsync();
        for (var day = 0; day < 13; day++)
        {
            await AddAsync(live, $"{Day(day):yyyy-MM-dd}T00:00:00Z", 100, 1 + (day % 3));
            await AddAsync(live, $"{Day(day):yyyy-MM-dd}T23:59:59Z", 300, status: day is 12 ? 502 : 200, label: "card");
            _time.SetUtcNow(Day(day).AddHours(24.1));
            await RunAsync(live);
        }

        await AddAsync(live, $"{Day(13):yyyy-MM-dd}T08:10:00Z", 100);
        await AddAsync(live, $"{Day(13):yyyy-MM-dd}T10:31:00Z", 100);
        _time.SetUtcNow(Day(13).AddHours(10.6));
        await RunAsync(live);
        var byDays = await WordsAsync(live);
        await using var db = _database.CreateDbContext();
        var (days, hours) = (db.TrafficSlices.Where(s => s.Grain == SliceGrain.Day), db.TrafficSlices.Where(s => s.Grain == SliceGrain.Hour));
        var (fifth, tenth, last) = (Day(5), Day(10), Day(12));
        Assert.Equal(13, await days.Select(s => s.From).Distinct().CountAsync());

        await days.Where(s => s.From < fifth).ExecuteDeleteAsync();
        Assert.Equal(byDays, await WordsAsync(live));
        // It is the days that are read: without hours nothing of these is missing.
        await hours.Where(s => s.From >= fifth && s.From < tenth).ExecuteDeleteAsync();
        Assert.Equal(byDays, await WordsAsync(live));

        // What an older build left out is made up for with the next day.
        await days.Where(s => s.From >= last).ExecuteDeleteAsync();
        Assert.Equal(byDays, await WordsAsync(live));
        _time.SetUtcNow(Day(14).AddHours(1));
        await RunAsync(live);
        Assert.Equal([last, Day(13)], await days.Where(s => s.From >= last).OrderBy(s => s.From).Select(s => s.From).ToListAsync());

        static DateTime Day(int day) => new DateTime(2026, 11, 24, 0, 0, 0, DateTimeKind.Utc).AddDays(day);
    }

    private async Task<string> WordsAsync(Deployment live)
    {
        var view = await ReadAsync(live, "30d");
        return string.Join('\n', view.Points.Select(p => $"{p.From:O} {Exact(p.Tally).ToStored()} {p.Tally.Calls} {p.Tally.AmountMicros}").Append(Exact(view.Total).ToStored()).Append($"{view.Total.Calls}"));
    }

    /// <summary>Without the sums of fractions, which come to the same only nearly in another order.</summary>
    private static Figures Exact(TrafficTally tally) => tally.ToFigures() with { ConfidenceSum = 0, ConfidenceSquares = 0 };

    [Fact]
    public async Task Rollup_WithAVersion_ComparesCallsWithItsTrainingRows()
    {
        var live = await DeployAsync(withVersion: true);
        await AddAsync(live, "2026-11-23T10:00:00Z", 100, 60, question: "please tell me where the parcel is now");
        await AddAsync(live, "2026-11-23T10:06:00Z", 100, 60, question: "wo ist denn bitte mein Paket und warum ist es nicht hier");

        await RunAsync(live);

        var view = await ReadAsync(live, "24h");
        var drifts = Measures.Drifts(view.Baseline!.Mix, view.Total).ToDictionary(d => d.Name, d => d.Drift);
        Assert.Equal((120L, 1), (view.Baseline.Mix.Lengths.Values.Sum(), view.Baseline.VersionNumber));
        Assert.Equal(DriftVerdict.Shifted, drifts["Language"].Verdict);
        var novelty = Measures.Novelty(view.Total)!;
        Assert.InRange(novelty.Value, 0.3, 0.9);
        Assert.Equal(view.Total.Pairs, novelty.Count);
    }

    [Fact]
    public async Task Retention_RemovesTextsAtTheEndOfTheirTime_AndNoOthers()
    {
        var live = await DeployAsync();
        await using (var db = _database.CreateDbContext())
        {
            db.StoredCalls.AddRange(Stored(live, "ans_old", -1), Stored(live, "ans_new", 1));
            await db.SaveChangesAsync();
        }

        await RetainAsync();

        await using var after = _database.CreateDbContext();
        Assert.Equal("ans_new", (await after.StoredCalls.SingleAsync()).ResponseId);
    }

    [Fact]
    public async Task Retention_OfSingleCalls_EndsAfterEightDays_WhetherOrNotAnotherCallComes_AndNeverBeforeTheyAreAddedUp()
    {
        var live = await DeployAsync();
        await AddAsync(live, "2026-11-23T10:01:00Z", 100, label: "billing");
        await RunAsync(live);
        await AddAsync(live, "2026-11-23T10:40:00Z", 100, label: "card");
        _time.Advance(TimeSpan.FromDays(8));
        Assert.Equal(0, await SweepAsync());
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, await SweepAsync());
        await RetainAsync();

        Assert.Equal(["card"], await LabelsAsync(live));
        Assert.Equal(0, await SweepAsync());
        await RunAsync(live);
        Assert.Equal(1, await SweepAsync());
        await RetainAsync();
        Assert.Empty(await LabelsAsync(live));
        Assert.Contains((SliceGrain.Hour, 2L), await GrainsAsync(live));
    }

    private async Task<int> SweepAsync()
    {
        await using var all = _database.For(null).CreateDbContext();
        return await new RetentionSweep(new RecordedWork()).EnqueueLostAsync(all, all.Now, CancellationToken.None);
    }

    private Task RetainAsync() =>
        new RetentionWorker(_database.Scope, _database, _time, NullLogger<RetentionWorker>.Instance).RunAsync(_database.Scope.TenantId, CancellationToken.None);

    private async Task<List<string>> LabelsAsync(Deployment live)
    {
        await using var db = _database.CreateDbContext();
        return await db.CallTraits.Where(t => t.EndpointId == live.EndpointId).Select(t => t.Label).ToListAsync();
    }

    private static StoredCall Stored(Deployment live, string id, int days) => new()
    {
        ProjectId = live.ProjectId, DeploymentId = live.Id, ResponseId = id, Input = "Where?", Answer = "card", IsValid = true, At = s_now.UtcDateTime, ExpiresAt = s_now.UtcDateTime.AddDays(days),
    };

    private Task RunAsync(Deployment live) =>
        new RollupWorker(_database.Scope, _database, Training(), _time, NullLogger<RollupWorker>.Instance).RunAsync(_database.Scope.TenantId, live.EndpointId, CancellationToken.None);

    private TrainingMix Training() => new(_database, new ExampleService(_database, new CurrentMember(_database.Scope), _time), Projects(), _pairs);

    private ProjectService Projects() => new(_database, new CurrentMember(_database.Scope), [], _time);

    private Task<MonitorView> ReadAsync(Deployment live, string range, string? deploymentId = null) =>
        new MonitorService(_database, Projects(), Training(), _time).ReadAsync(live.ProjectId, new MonitorScope(MonitorRange.Named(range), deploymentId), CancellationToken.None);

    private async Task<List<(SliceGrain, long)>> GrainsAsync(Deployment live)
    {
        await using var db = _database.CreateDbContext();
        var slices = await db.TrafficSlices.AsNoTracking().Where(s => s.EndpointId == live.EndpointId).ToListAsync();
        return [.. slices.GroupBy(s => s.Grain).OrderBy(g => g.Key).Select(g => (g.Key, g.Sum(s => s.Calls)))];
    }

    private async Task AddAsync(Deployment live, string at, int milliseconds, int count = 1, int status = 200, UsageSource source = UsageSource.Endpoint, string label = "billing", string question = "Where is my bill?")
    {
        await using var db = _database.CreateDbContext();
        var time = DateTimeOffset.Parse(at, CultureInfo.InvariantCulture).UtcDateTime;
        var scan = new TextScan();
        scan.Read(question);
        List<InferenceLog> logs = [];
        List<CallTrait> traits = [];
        for (var i = 0; i < count; i++)
        {
            var id = Guid.NewGuid().ToString("N");
            logs.Add(new InferenceLog
            {
                ProjectId = live.ProjectId, EndpointId = live.EndpointId, DeploymentId = live.Id, Source = source, ResponseId = id, Status = status,
                Milliseconds = milliseconds, InputTokens = 10, OutputTokens = 2, AmountMicros = 7, At = time,
            });
            if (status < 400 && source is UsageSource.Endpoint)
            {
                traits.Add(new CallTrait
                {
                    ProjectId = live.ProjectId, EndpointId = live.EndpointId, ResponseId = id, At = time, Length = question.Length,
                    Language = LanguageGuess.NameOf(LanguageGuess.Of(scan, question)), Label = label, IsValid = true, Confidence = 0.9, Sketch = CallSketch.Of(scan),
                });
            }
        }

        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.InsertNewAsync(logs, CancellationToken.None);
        await db.InsertNewAsync(traits, CancellationToken.None);
        await transaction.CommitAsync();
    }

    private async Task<Deployment> DeployAsync(bool withVersion = false)
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1" };
        project.Rename("Topics");
        db.Projects.Add(project);
        var task = new TaskDefinition { ProjectId = project.Id };
        task.SetLabels(["billing", "card"]);
        db.Add(task);
        string? versionId = null;
        if (withVersion)
        {
            var version = db.DatasetVersions.Add(new DatasetVersion { ProjectId = project.Id, Number = 1, StartedAt = db.Now }).Entity;
            db.Entry(version).Property(v => v.State).CurrentValue = VersionState.Frozen;
            versionId = version.Id;
            db.FrozenExamples.AddRange(Enumerable.Range(1, 120).Select(i => new FrozenExample { VersionId = version.Id, Split = Split.Train, Number = i, Input = "please tell me where the parcel is now", Output = i % 2 is 0 ? "billing" : "card" }));
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
        await db.SaveChangesAsync();
        endpoint.PutLive(deployment.Id);
        await db.SaveChangesAsync();
        return deployment;
    }
}
