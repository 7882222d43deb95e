using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tune;
using Portal.Sandbox;
using Portal.Tests.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>The template "Audio to structured note" from a ZIP of recordings to a tuned model that hears the sealed ones.</summary>
public sealed class AudioJourneyTests : IAsyncLifetime
{
    private const string ModelId = "gemini-3.5-flash";

    private static readonly DateTime s_now = new(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc);
    private static readonly (double Hertz, string Note)[] s_visits =
    [
        (180, "Subjective: low hum\nObjective: below 200 hertz\nAssessment: machine\nPlan: inspect the bearing"),
        (700, "Subjective: clear tone\nObjective: about 700 hertz\nAssessment: bell\nPlan: none"),
        (2_600, "Subjective: whistle\nObjective: above 2,000 hertz\nAssessment: leak\nPlan: close the valve"),
    ];

    private readonly PortalDatabase _database = new();
    private WebApplication _sandbox = null!; // filled before each test

    public async ValueTask InitializeAsync()
    {
        _sandbox = SandboxServer.Build(new SandboxOptions { StateFolder = Path.Combine(_database.Folder, "sandbox"), Url = "http://127.0.0.1:0", StepDelayMilliseconds = 1 });
        await _sandbox.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _sandbox.StopAsync(patience.Token);
        await _sandbox.DisposeAsync();
        _database.Dispose();
    }

    [Fact]
    public async Task Recordings_FromAZip_AreTaughtByWayOfTheBucketAndAskedOfTheTunedModel()
    {
        var kit = new DataKit(_database);
        await kit.Catalogue.SeedAsync(CancellationToken.None);
        var (projectId, version) = await FreezeAsync(kit);
        using var rig = new TuneRig(_database, _sandbox.Urls.First(), s_now);
        await using var db = _database.CreateDbContext();
        TuneSeed.Choose(db, projectId, version.Id, Verdict.Climb, ModelId);
        await db.SaveChangesAsync();

        var plan = await rig.AsMemberAsync(t => t.PlanAsync(projectId, CancellationToken.None));
        Assert.Equal((MediaKind.Audio, "audio/wav"), Assert.Single(plan.Media));
        Assert.Empty(plan.Blockers);
        await rig.AsMemberAsync(t => t.StartAsync(projectId, new TuningSettings(new Hyperparameters(12, null, 8)), CancellationToken.None));
        await rig.RunToTheEndAsync(projectId, pause: TimeSpan.FromMilliseconds(100));

        var job = await db.TuningJobs.AsNoTracking().SingleAsync();
        Assert.Equal((TuningJobState.Succeeded, ""), (job.State, job.ProblemDetails));
        Assert.Equal((version.TrainCount + version.ValidationCount, version.TrainCount + version.ValidationCount), (job.MediaSent, job.MediaTotal));
        await rig.CleanUpAsync(projectId);
        var services = rig.Circuit();
        var session = await services.GetRequiredService<ConnectService>().OpenAsync(CancellationToken.None);
        Assert.Empty(await session.Storage.ListObjectsAsync(session.Bucket, null, CancellationToken.None).ToListAsync());

        var tuned = await db.Candidates.AsNoTracking().SingleAsync(c => c.Rung == Rung.Tuned);
        var candidate = await services.GetRequiredService<CandidateService>().GetAsync(tuned.Id, CancellationToken.None);
        var (_, task) = await services.GetRequiredService<ProjectService>().GetAsync(projectId, CancellationToken.None);
        var rows = await services.GetRequiredService<ExampleService>().ReadSealedAsync(version.Id, 0, 100, CancellationToken.None);
        foreach (var inline in new[] { long.MaxValue, 0 })
        {
            services.GetRequiredService<QuestionFiles>().InlineBytes = inline;
            var asked = await services.GetRequiredService<RowAsker>().AskAsync(session, candidate, task, "run_1", rows, CancellationToken.None);
            Assert.Null(asked.Fault);
            Assert.All(asked.Answers, a => Assert.Null(a.Error));
            Assert.True(asked.Answers.Count(a => a.Answer == rows.Single(r => r.Number == a.Number).Output) >= rows.Count * 0.8, "The recordings are told apart by their pitch.");
        }

        Assert.Empty(await session.Storage.ListObjectsAsync(session.Bucket, null, CancellationToken.None).ToListAsync());

        // A file that is gone stops the step; what the rows before it sent goes all the same.
        services.GetRequiredService<IOptions<RunOptions>>().Value.Concurrency = 1;
        var gone = RowFiles.HashesOf(rows[^1]).Single();
        kit.Blobs.Delete(await db.MediaFiles.Where(m => m.Sha256 == gone).Select(m => m.BlobName).SingleAsync());
        await Assert.ThrowsAsync<PortalException>(() => services.GetRequiredService<RowAsker>().AskAsync(session, candidate, task, "run_2", rows, CancellationToken.None));
        Assert.Empty(await session.Storage.ListObjectsAsync(session.Bucket, null, CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task Plan_WithFilesThatTheModelDoesNotTake_SaysSo()
    {
        var kit = new DataKit(_database);
        await kit.Catalogue.SeedAsync(CancellationToken.None);
        var (projectId, version) = await FreezeAsync(kit);
        await using var db = _database.CreateDbContext();
        TuneSeed.Choose(db, projectId, version.Id, Verdict.Climb, ModelId);
        await db.CatalogueModels.Where(m => m.Id == ModelId).ExecuteUpdateAsync(set => set.SetProperty(m => m.Media, new List<MediaLimit> { new(MediaKind.Image, 1, 1 << 20, ["image/png"]) }));
        await db.SaveChangesAsync();
        using var rig = new TuneRig(_database, _sandbox.Urls.First(), s_now);

        var plan = await rig.AsMemberAsync(t => t.PlanAsync(projectId, CancellationToken.None));

        Assert.Contains(plan.Blockers, b => b.Contains("does not take: audio/wav", StringComparison.Ordinal));
    }

    private static async Task<(string ProjectId, DatasetVersion Version)> FreezeAsync(DataKit kit)
    {
        var template = TaskTemplate.All.Single(t => t.Name == "Audio to structured note");
        var projectId = await kit.CreateProjectAsync();
        await kit.Projects.SaveTaskAsync(projectId, new TaskDraft(template.Goal, template.Kind, template.Instruction, [], template.Metric, template.Target), CancellationToken.None);
        var table = new StringBuilder();
        List<(string, byte[])> files = [];
        for (var i = 0; i < 60; i++)
        {
            var (hertz, note) = s_visits[i % s_visits.Length];
            table.Append(System.Text.Json.JsonSerializer.Serialize(new { recording = $"visit-{i}.wav", note })).Append('\n');
            files.Add(($"recordings/visit-{i}.wav", MediaSamples.Wav(hertz * (1 + (0.002 * (i % 7))), 1, i)));
        }

        await kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.jsonl", Encoding.UTF8.GetBytes(table.ToString())), .. files]), "visits.zip");
        await kit.DecideAsync(projectId);
        return (projectId, await kit.FreezeAsync(projectId));
    }
}
