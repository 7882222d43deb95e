using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Tune;
using Portal.Storage;
using Portal.Tests.Features.Data;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>The rows that a job sends to the bucket do not outlive it, however it ends.</summary>
public sealed class TuningFilesTests : TuneTest
{
    [Theory]
    [InlineData(VertexJobState.Succeeded)]
    [InlineData(VertexJobState.Failed)]
    [InlineData(VertexJobState.Cancelled)]
    public async Task EndedByGoogle_FilesAreDeleted(string ending)
    {
        Google.EndsAs = ending;
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);
        Assert.Equal(2, Google.Objects.Count);

        Assert.True(await Rig.CleanUpAsync(projectId));

        Assert.Empty(Google.Objects);
        await using var db = Database.CreateDbContext();
        Assert.NotNull((await db.TuningJobs.SingleAsync()).FilesDeletedAt);
    }

    [Fact]
    public async Task OrderRefused_FilesAreDeleted()
    {
        Google.Refuse = call => call.StartsWith("POST", StringComparison.Ordinal) && call.EndsWith("/tuningJobs", StringComparison.Ordinal) ? 400 : 0;
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        Assert.True(await Rig.CleanUpAsync(projectId));

        Assert.Empty(Google.Objects);
    }

    [Fact]
    public async Task SecondFileOfTheRowsRefused_TheFirstIsDeleted()
    {
        var (projectId, job) = await StartAsync();
        await AddMediaAsync(projectId, job.VersionId, 2);
        var sent = 0;
        Google.Refuse = call => call.StartsWith("POST /upload/", StringComparison.Ordinal) && ++sent > 1 ? 400 : 0;
        await Rig.RunToTheEndAsync(projectId);
        Assert.Single(Google.Objects);

        Assert.True(await Rig.CleanUpAsync(projectId));

        Assert.Empty(Google.Objects);
    }

    /// <summary>A job of a time when files were not counted.</summary>
    [Fact]
    public async Task SentBeforeFilesWereCounted_NoRowsAreSentAgain()
    {
        var (projectId, job) = await StartAsync();
        await using var db = Database.CreateDbContext();
        var puts = 0;
        Google.On = async moment =>
        {
            puts += moment is { IsDone: true } && moment.Call.StartsWith("PUT", StringComparison.Ordinal) ? 1 : 0;
            if (moment is { IsDone: false } && moment.Call.EndsWith("/tuningJobs", StringComparison.Ordinal) && moment.Call.StartsWith("GET", StringComparison.Ordinal) && puts is 2)
            {
                throw new IOException("The connection is cut.");
            }
        };
        while (puts < 2)
        {
            await Rig.TickAsync(TimeSpan.FromSeconds(4));
        }

        Google.On = moment => Task.FromResult(puts += moment is { IsDone: true } && moment.Call.StartsWith("PUT", StringComparison.Ordinal) ? 1 : 0);
        await db.TuningJobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(j => j.MediaTotal, (int?)null));

        await Rig.RunToTheEndAsync(projectId);

        Assert.Equal(2, puts);
        Assert.Single(Google.Jobs);
    }

    [Fact]
    public async Task CancelledWhileTheyAreBeingSent_FilesAreDeletedAfterTheWorkerHasLetGo()
    {
        var (projectId, job) = await StartAsync();
        Google.On = async moment =>
        {
            // The rows are in the bucket, and the worker does not know it yet.
            if (moment is { IsDone: true } && moment.Call.StartsWith("PUT", StringComparison.Ordinal))
            {
                await Rig.AsMemberAsync(t => t.CancelAsync(job.Id, CancellationToken.None));
            }
        };
        await Rig.TickAsync(TimeSpan.FromSeconds(4));
        Assert.Single(Google.Objects);

        Assert.True(await Rig.CleanUpAsync(projectId));

        Assert.Empty(Google.Objects);
    }

    [Fact]
    public async Task BucketAway_TriesAgainUntilTheyAreGone()
    {
        var refusals = 3;
        Google.Refuse = call => call.StartsWith("DELETE", StringComparison.Ordinal) && refusals-- > 0 ? 403 : 0;
        var (projectId, _) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);

        Assert.True(await Rig.CleanUpAsync(projectId));

        Assert.Empty(Google.Objects);
        await using var db = Database.CreateDbContext();
        // What went wrong with the files is no problem of the job.
        Assert.Equal((TuningJobState.Succeeded, ""), (await db.TuningJobs.Select(j => new ValueTuple<TuningJobState, string>(j.State, j.Problem)).SingleAsync()));
    }

    [Fact]
    public async Task DeletedAlready_NothingIsAskedAgain()
    {
        var (projectId, job) = await StartAsync();
        await Rig.RunToTheEndAsync(projectId);
        await Rig.CleanUpAsync(projectId);
        var calls = 0;
        Google.On = _ => Task.FromResult(calls++);

        await Rig.TickAsync(TimeSpan.FromSeconds(60));
        await Rig.RunAsync(services => ((TuningFilesWorker)services.GetService(typeof(TuningFilesWorker))!).DeleteAsync("org_test", job.Id, CancellationToken.None));

        Assert.Equal(0, calls);
    }

    [Theory]
    [InlineData("us-central1", "us-central1")]
    [InlineData("europe-west1", "europe-west4")]
    [InlineData("eu", "europe-west4")]
    [InlineData("global", "us-central1")]
    public async Task Order_GoesWhereTheModelIsTuned_NearTheOrganization(string works, string trained)
    {
        using var rig = new TuneRig(Database, Google.Address, s_now, location: works);
        var projectId = await TuneSeed.ProjectAsync(Database);
        var orders = new List<string>();
        Google.On = moment =>
        {
            orders.AddRange(moment is { IsDone: true } && moment.Call.StartsWith("POST", StringComparison.Ordinal) && moment.Call.EndsWith("/tuningJobs", StringComparison.Ordinal) ? [moment.Call] : []);
            return Task.CompletedTask;
        };

        await rig.AsMemberAsync(t => t.StartAsync(projectId, s_settings, CancellationToken.None));
        await rig.RunToTheEndAsync(projectId);

        Assert.Equal($"POST /v1/projects/portal-sandbox/locations/{trained}/tuningJobs", Assert.Single(orders));
    }

    private async Task AddMediaAsync(string projectId, string versionId, int count)
    {
        var blobs = new BlobStore(Options.Create(new StorageOptions { Folder = Database.Folder }), Database.Scope);
        await using var db = Database.CreateDbContext();
        for (var i = 0; i < count; i++)
        {
            var (name, png) = ($"media/{projectId}/{i}", MediaSamples.Png(4, 4, i));
            var (length, sha256) = await blobs.WriteAsync(name, new MemoryStream(png), 1_000, CancellationToken.None);
            var media = new MediaFile { ProjectId = projectId, Sha256 = sha256, Length = length, MimeType = "image/png", Kind = MediaKind.Image, BlobName = name, AddedAt = s_now };
            db.MediaFiles.Add(media);
            db.VersionMedia.Add(new VersionMedia { VersionId = versionId, MediaId = media.Id, Split = Split.Train });
        }

        await db.SaveChangesAsync();
    }
}
