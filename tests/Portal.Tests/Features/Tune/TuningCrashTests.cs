using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>
/// The process is killed at every place where it touches the world: before and after each save, and before and after Google carries out
/// each call. Whatever the place, there is one job at Google, one charge, one settled hold, one candidate, no row left in the bucket, and
/// the job ends by itself.
/// </summary>
public sealed class TuningCrashTests : TuneTest
{
    [Fact]
    public async Task KilledOnce_AnywhereAtAll_LeavesOneOfEverything()
    {
        // On a server each place takes long, and the places are the same: every third.
        var (place, stride) = (0, TestServer.Provider is DatabaseProvider.Sqlite ? 1 : 3);
        while (await SurviveAsync([place], listLag: TimeSpan.FromSeconds(place % 4)))
        {
            place += stride;
        }

        // A run touches the world this often at least; fewer would mean that the hooks are not where they should be.
        Assert.InRange(place, 60, 400);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
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
        var projectId = await TuneSeed.ProjectAsync(Database);
        var before = Google.Jobs.Count;
        Google.ListLag = listLag;
        var now = s_now;
        TuningJob job;
        using (var starting = new TuneRig(Database, Google.Address, now))
        {
            job = await starting.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None));
        }

        var died = new List<bool>();
        foreach (var place in places)
        {
            using var doomed = new TuneRig(Database, Google.Address, now);
            var touched = 0;
            Task CountAsync() => touched++ == place ? doomed.DieAsync() : Task.CompletedTask;
            Google.Now = () => doomed.Clock.GetUtcNow().UtcDateTime;
            doomed.OnSave = _ => CountAsync();
            Google.On = _ => CountAsync();
            died.Add(!await doomed.RunToTheEndAsync(projectId) || !await doomed.CleanUpAsync(projectId));
            now = doomed.Clock.GetUtcNow().UtcDateTime;
        }

        Google.On = _ => Task.CompletedTask;
        using var last = new TuneRig(Database, Google.Address, now);
        Google.Now = () => last.Clock.GetUtcNow().UtcDateTime;
        Assert.True(await last.RunToTheEndAsync(projectId));
        Assert.True(await last.CleanUpAsync(projectId));
        Assert.Empty(Google.Objects);
        Assert.Equal(1, Google.Jobs.Count - before);
        await using var db = Database.CreateDbContext();
        Assert.Equal(TuningJobState.Succeeded, (await db.TuningJobs.SingleAsync(j => j.Id == job.Id)).State);
        Assert.Equal((1, 2_000), (await db.UsageEvents.CountAsync(u => u.SubjectId == job.Id), (await db.UsageEvents.SingleAsync(u => u.SubjectId == job.Id)).Quantity));
        Assert.Equal(ReservationState.Settled, (await db.Reservations.SingleAsync(r => r.SubjectId == job.Id)).State);
        Assert.Equal(1, await db.Candidates.CountAsync(c => c.ProjectId == projectId && c.Rung == Rung.Tuned));
        Assert.Equal((2, 88), (await db.Checkpoints.CountAsync(c => c.JobId == job.Id), await db.MetricPoints.CountAsync(p => p.JobId == job.Id)));
        return died[0];
    }
}
