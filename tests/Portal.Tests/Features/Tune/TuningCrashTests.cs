using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>
/// The process is killed at every place where it touches the world: before and after each save, and before and after Google carries out
/// each call. Whatever the place, there is one job at Google, one charge, one settled hold, one candidate, and the job ends by itself.
/// </summary>
public sealed class TuningCrashTests : IAsyncLifetime
{
    private static readonly DateTime s_now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    private static readonly TuningSettings s_settings = new(new Hyperparameters(2, null, 4));

    private readonly PortalDatabase _database = new();
    private FakeVertex _google = null!; // filled before each test

    public async ValueTask InitializeAsync() => _google = await FakeVertex.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _google.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task KilledOnce_AnywhereAtAll_LeavesOneOfEverything()
    {
        var place = 0;
        while (await SurviveAsync([place], listLag: TimeSpan.FromSeconds(place % 4)))
        {
            place++;
        }

        // A run touches the world this often at least; fewer would mean that the hooks are not where they should be.
        Assert.InRange(place, 60, 400);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task KilledAgainAndAgain_AtRandomPlaces_LeavesOneOfEverything(int seed)
    {
        var random = new Random(seed);
        for (var run = 0; run < 6; run++)
        {
            await SurviveAsync([.. Enumerable.Range(0, 5).Select(_ => random.Next(40))], listLag: TimeSpan.FromSeconds(random.Next(5)));
        }
    }

    /// <summary>Each process dies at its place, counted from its own start, and the next carries on. True if the first did die.</summary>
    private async Task<bool> SurviveAsync(int[] places, TimeSpan listLag)
    {
        var projectId = await TuneSeed.ProjectAsync(_database);
        var before = _google.Jobs.Count;
        _google.ListLag = listLag;
        var now = s_now;
        TuningJob job;
        using (var starting = new TuneRig(_database, _google.Address, now))
        {
            job = await starting.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None));
        }

        var died = new List<bool>();
        foreach (var place in places)
        {
            using var doomed = new TuneRig(_database, _google.Address, now);
            var touched = 0;
            Task CountAsync() => touched++ == place ? doomed.DieAsync() : Task.CompletedTask;
            _google.Now = () => doomed.Clock.GetUtcNow().UtcDateTime;
            doomed.OnSave = _ => CountAsync();
            _google.On = _ => CountAsync();
            died.Add(!await doomed.RunToTheEndAsync(projectId));
            now = doomed.Clock.GetUtcNow().UtcDateTime;
        }

        _google.On = _ => Task.CompletedTask;
        using var last = new TuneRig(_database, _google.Address, now);
        _google.Now = () => last.Clock.GetUtcNow().UtcDateTime;
        Assert.True(await last.RunToTheEndAsync(projectId));
        Assert.Equal(1, _google.Jobs.Count - before);
        await using var db = _database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync(j => j.Id == job.Id)).State);
        Assert.Equal((1, 2_000), (await db.UsageEvents.CountAsync(u => u.SubjectId == job.Id), (await db.UsageEvents.SingleAsync(u => u.SubjectId == job.Id)).Quantity));
        Assert.Equal(ReservationState.Settled, (await db.Reservations.SingleAsync(r => r.SubjectId == job.Id)).State);
        Assert.Equal(1, await db.Candidates.CountAsync(c => c.ProjectId == projectId && c.Rung == Rung.Tuned));
        Assert.Equal((2, 88), (await db.Checkpoints.CountAsync(c => c.JobId == job.Id), await db.MetricPoints.CountAsync(p => p.JobId == job.Id)));
        return died[0];
    }
}
