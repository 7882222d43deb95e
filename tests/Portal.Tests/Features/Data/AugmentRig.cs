using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>A project with a frozen version, the worker that lets a model write rows, and an answering machine for a model.</summary>
internal sealed partial class AugmentRig : IDisposable
{
    public static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private int _written;

    public AugmentRig()
    {
        Model = new ModelRig(services => services.AddScoped<AugmentService>().AddScoped<SyntheticDraftService>().AddScoped<AugmentWorker>().AddScoped<RowService>().AddScoped<RowEditService>());
        Data = new DataKit(Model.Database);
        Model.Vertex.Respond = prompt => Answer(Fresh(prompt));
    }

    public ModelRig Model { get; }

    public DataKit Data { get; }

    public string ProjectId { get; private set; } = "";

    public DatasetVersion Version { get; private set; } = default!; // set by SeedAsync

    public AugmentOrder Order => new(Version.Id, "gemini-3.5-flash", 20, "card");

    public AugmentService Service => Model.Get<AugmentService>();

    public SyntheticDraftService Drafts => Model.Get<SyntheticDraftService>();

    public async Task SeedAsync(int rows = 60)
    {
        await Model.Get<CatalogueService>().SeedAsync(Ct);
        ProjectId = await Data.CreateProjectAsync();
        await Data.Projects.SaveTaskAsync(ProjectId, new TaskDraft("Route messages", TaskKind.Classify, "Classify the message.", ["card", "transfer"], MetricKind.Accuracy, 0.9), Ct);
        await Data.ImportAsync(ProjectId, DataKit.Csv(rows));
        Version = await Data.FreezeAsync(ProjectId);
    }

    /// <summary>So many rows as the prompt asks for, each like nothing that there is.</summary>
    public IEnumerable<(string Input, string Output)> Fresh(string prompt, string label = "card") => Enumerable.Range(0, AskedIn(prompt)).Select(_ => (FreshText(), label));

    public string FreshText() => DataKit.Sentence(100_000 + Interlocked.Increment(ref _written));

    public static int AskedIn(string prompt) => int.Parse(Asked().Match(prompt).Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);

    public static HttpResponseMessage Answer(IEnumerable<(string Input, string Output)> rows, int tokens = 500) =>
        FakeVertex.Text(JsonSerializer.Serialize(rows.Select(r => new { input = r.Input, output = r.Output })), promptTokens: 300, answerTokens: tokens);

    /// <summary>One step of a worker of its own, as a new process would take it.</summary>
    public async Task StepAsync(string augmentationId, CancellationToken? ct = null)
    {
        await using var scope = Model.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<AugmentWorker>().RunAsync("org_test", augmentationId, ct ?? Ct);
    }

    /// <summary>Runs what was enqueued until nothing is left; waits that were asked for pass at once.</summary>
    public async Task PumpAsync()
    {
        for (var steps = 0; Model.Jobs.Waiting.TryDequeue(out var next); steps++)
        {
            Assert.True(steps < 200, "The chain of steps does not end.");
            if (next.State is Hangfire.States.ScheduledState scheduled && scheduled.EnqueueAt > Model.Now)
            {
                Model.Time.SetUtcNow(new DateTimeOffset(DateTime.SpecifyKind(scheduled.EnqueueAt, DateTimeKind.Utc)));
            }

            await StepAsync((string)next.Job.Args[1]);
        }
    }

    public async Task<int> SweepAsync()
    {
        await using var db = Model.Database.CreateDbContext();
        return await new AugmentSweep(Model.Jobs).EnqueueLostAsync(db, Model.Now, Ct);
    }

    public async Task<Augmentation> ReadAsync(string id) => (await Service.GetAsync(ProjectId, id, Ct)).Run;

    public async Task<Reservation> ReservationAsync(string id)
    {
        await using var db = Model.Database.CreateDbContext();
        return await db.Reservations.AsNoTracking().SingleAsync(r => r.SubjectId == id, Ct);
    }

    public async Task<List<FrozenExample>> FrozenAsync(string versionId)
    {
        await using var db = Model.Database.CreateDbContext();
        return await db.FrozenExamples.AsNoTracking().Where(f => f.VersionId == versionId).OrderBy(f => f.Number).ToListAsync(Ct);
    }

    public void Dispose() => Model.Dispose();

    [GeneratedRegex(@"^Write (\d+) new")]
    private static partial Regex Asked();
}
