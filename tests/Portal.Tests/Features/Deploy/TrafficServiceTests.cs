using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class TrafficServiceTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Read_CountsTodayAndTheMonthOfCallsWithAKey()
    {
        var time = new FakeTimeProvider(s_now);
        using var database = new PortalDatabase(time);
        Deployment one, two;
        await using (var db = database.CreateDbContext())
        {
            (one, two) = (Deploy(db), Deploy(db));
            db.InferenceLogs.AddRange(
                Log(one, "2026-11-23T00:00:00Z", 100), Log(one, "2026-11-23T09:00:00Z", 300), Log(one, "2026-11-23T09:30:00Z", 9_000, status: 502),
                Log(one, "2026-11-22T23:59:59Z", 50), Log(one, "2026-11-01T00:00:00Z", 50), Log(one, "2026-10-31T23:59:59Z", 50),
                Log(one, "2026-11-23T09:00:00Z", 1, source: UsageSource.Playground), Log(two, "2026-11-23T09:00:00Z", 1));
            await db.SaveChangesAsync();
        }

        var traffic = await new TrafficService(database, time).ReadAsync(one.EndpointId, CancellationToken.None);

        Assert.Equal(new TrafficSum(3, 1, 30, 6, 21), traffic.Today);
        Assert.Equal(new TrafficSum(5, 1, 50, 10, 35), traffic.Month);
        Assert.Equal((100, 300), (traffic.MedianMilliseconds, traffic.P95Milliseconds));
    }

    /// <summary>Today's calls count at once; one of a day that is over, for whoever asked already, within minutes.</summary>
    [Fact]
    public async Task Read_AgainAndAgain_SumsTheDaysThatAreOverOnceInAWhile()
    {
        var time = new FakeTimeProvider(s_now);
        using var database = new PortalDatabase(time);
        var traffic = new TrafficService(database, time);
        Deployment one, two;
        await using (var db = database.CreateDbContext())
        {
            (one, two) = (Deploy(db), Deploy(db));
            db.InferenceLogs.AddRange(Log(one, "2026-11-22T10:00:00Z", 50), Log(one, "2026-11-23T09:00:00Z", 50), Log(two, "2026-11-22T10:00:00Z", 50));
            await db.SaveChangesAsync();
        }

        Assert.Equal((1, 2), await CallsAsync(one));
        await AddAsync(one, "2026-11-23T09:59:00Z");
        await AddAsync(one, "2026-11-22T23:59:59Z");
        Assert.Equal((2, 3), await CallsAsync(one));
        // Another endpoint's are its own.
        Assert.Equal((0, 1), await CallsAsync(two));
        Assert.Equal((2, 4), await CallsAsync(one));
        await AddAsync(one, "2026-11-22T23:59:59Z");
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal((2, 5), await CallsAsync(one));
        // At midnight today is over as well, and on the first of a month nothing is.
        time.SetUtcNow(new DateTimeOffset(2026, 11, 24, 0, 0, 1, TimeSpan.Zero));
        Assert.Equal((0, 5), await CallsAsync(one));
        time.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 1, TimeSpan.Zero));
        Assert.Equal((0, 0), await CallsAsync(one));

        async Task<(long Today, long Month)> CallsAsync(Deployment of) => await traffic.ReadAsync(of.EndpointId, CancellationToken.None) is var read ? (read.Today.Calls, read.Month.Calls) : default;

        async Task AddAsync(Deployment to, string at)
        {
            await using var db = database.CreateDbContext();
            db.InferenceLogs.Add(Log(to, at, 50));
            await db.SaveChangesAsync();
        }
    }

    [Fact]
    public async Task Read_WithoutACall_HasNoLatency()
    {
        using var database = new PortalDatabase();

        var traffic = await new TrafficService(database, TimeProvider.System).ReadAsync("enp_1", CancellationToken.None);

        Assert.Equal((new TrafficSum(0, 0, 0, 0, 0), null, null), (traffic.Month, traffic.MedianMilliseconds, traffic.P95Milliseconds));
    }

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.95, 95)]
    [InlineData(1, 100)]
    [InlineData(0, 1)]
    public void Quantile_OfOneToAHundred_IsTheShare(double share, int expected) =>
        Assert.Equal(expected, TrafficService.Quantile([.. Enumerable.Range(1, 100)], share));

    internal static Deployment Deploy(PortalDbContext db)
    {
        var project = new Project { CreatedByUserId = "usr_1" };
        db.Projects.Add(project);
        var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), db.Now)).Entity;
        var candidate = new Candidate
        {
            ProjectId = project.Id, Name = "Flash prompt only", Rung = Rung.Prompt, BaseModelId = "flash", ModelName = "flash",
            RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "prompt", CreatedAt = db.Now,
        };
        db.Candidates.Add(candidate);
        var endpoint = new Endpoint { ProjectId = project.Id, Name = $"topics-{project.Id[^6..]}", CreatedAt = db.Now };
        db.Endpoints.Add(endpoint);
        var deployment = new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "flash",
            Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        db.Deployments.Add(deployment);
        return deployment;
    }

    internal static InferenceLog Log(Deployment deployment, string at, int milliseconds, int status = 200, UsageSource source = UsageSource.Endpoint) => new()
    {
        ProjectId = deployment.ProjectId, EndpointId = deployment.EndpointId, DeploymentId = deployment.Id, Source = source, ResponseId = Guid.NewGuid().ToString("N"), Status = status,
        Milliseconds = milliseconds, InputTokens = 10, OutputTokens = 2, AmountMicros = 7, At = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture).UtcDateTime,
    };
}
