using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Evaluate;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Evaluate;

/// <summary>The slice on a real database, with real runs and workers; only the model's answers are made by hand.</summary>
public sealed class EvaluateRig : IDisposable
{
    public static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private readonly MemberRole _role;

    /// <summary>An owner prepares; <paramref name="role"/> is who looks once an evaluation has ended.</summary>
    public EvaluateRig(MemberRole role = MemberRole.Owner)
    {
        _role = role;
        Model = new ModelRig(services => With(services));
        Enter(Model.Services, "org_test", MemberRole.Owner);
    }

    public ModelRig Model { get; }

    /// <summary>What the slice that deploys says is live.</summary>
    public FakeLive Live { get; } = new();

    public IServiceCollection With(IServiceCollection services) => services.AddEvaluation().AddSingleton<ILiveModel>(Live);

    public string ProjectId => Model.ProjectId;

    public string VersionId { get; private set; } = "";

    public Candidate Baseline { get; private set; } = default!; // made by SeedAsync

    public Candidate Tuned { get; private set; } = default!; // made by SeedAsync

    public EvaluationService Service => Get<EvaluationService>();

    public T Get<T>() where T : notnull => Model.Get<T>();

    /// <summary>A project with a version that has sealed rows, a prompt and a tuned model.</summary>
    public async Task SeedAsync(int test = 100, double? target = 0.8, bool tuned = true, TaskKind kind = TaskKind.Classify, MetricKind metric = MetricKind.Accuracy)
    {
        await Model.Database.SetMemberAsync("org_test", "usr_1", MemberRole.Owner);
        await Model.SeedAsync(train: 12, validation: 12, target, kind, metric);
        VersionId = await Model.FreezeAsync(12, 12, test);
        Baseline = await Model.AddCandidateAsync();
        if (tuned)
        {
            Tuned = await AddTunedAsync("job_1");
        }
    }

    /// <summary>A later version with the same sealed rows and others behind them, and a model tuned on it.</summary>
    public async Task SealAnewAsync(int test, int train = 12, int validation = 12)
    {
        // Newer than what is there.
        Model.Time.Advance(TimeSpan.FromMinutes(1));
        VersionId = await Model.FreezeAsync(train, validation, test);
        Tuned = await AddTunedAsync($"job_{test}");
    }

    public async Task<Candidate> AddTunedAsync(string jobId)
    {
        await using var db = Model.Database.CreateDbContext();
        var candidate = await Get<CandidateService>().RegisterTunedAsync(
            db, new TunedRegistration(ProjectId, VersionId, "gemini-3.5-flash", $"projects/p/locations/us-central1/endpoints/{jobId}", $"Tuned {jobId}", jobId, "Classify the message."), Ct);
        await db.SaveChangesAsync(Ct);
        return candidate;
    }

    public Task<EvaluationRun> StartAsync() => Service.StartAsync(ProjectId, Baseline.Id, [Tuned.Id], Ct);

    /// <summary>One step by a worker of its own, as a new process would take it.</summary>
    public async Task StepAsync(string evaluationId)
    {
        await using var scope = Model.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<EvaluationWorker>().RunAsync("org_test", evaluationId, Ct);
    }

    /// <summary>Lets every started run answer: the candidate's own right share, by the row's number.</summary>
    public async Task AnswerAsync(string evaluationId, Func<string, int, string, string> answer)
    {
        foreach (var part in (await Service.GetAsync(ProjectId, evaluationId, Ct)).Candidates)
        {
            Model.Vertex.Respond = input => FakeVertex.Text(answer(part.CandidateId, int.Parse(input.Split(' ')[1], CultureInfo.InvariantCulture), input[^1..]), part.IsBaseline ? 100 : 10, 5);
            for (var steps = 0; part.RunId is { } run && (await Get<CandidateRunService>().GetAsync(run, Ct)).IsActive; steps++)
            {
                Assert.True(steps < 200, "The run does not end.");
                await Model.StepAsync(run);
            }
        }
    }

    /// <summary>Right on the rows whose number, from the first sealed one on, is below a share of all.</summary>
    public Func<string, int, string, string> Right(int baselineOf100, int tunedOf100) =>
        (candidate, number, label) => (number - 25) % 100 < (candidate == Baseline.Id ? baselineOf100 : tunedOf100) ? label : "abc"[(number + 1) % 3].ToString();

    public async Task<EvaluationDetail> EvaluateAsync(Func<string, int, string, string> answer)
    {
        var evaluation = await StartAsync();
        await StepAsync(evaluation.Id);
        await AnswerAsync(evaluation.Id, answer);
        await StepAsync(evaluation.Id);
        Enter(Model.Services, "org_test", _role);
        return await Service.GetAsync(ProjectId, evaluation.Id, Ct);
    }

    public async Task<List<SealedLook>> LooksAsync()
    {
        await using var db = Model.Database.CreateDbContext();
        return await db.SealedLooks.AsNoTracking().OrderBy(l => l.Id).ToListAsync(Ct);
    }

    /// <summary>What the sweep wakes, seen from the platform.</summary>
    public async Task<int> SweepAsync()
    {
        await using var db = Model.Database.For(null).CreateDbContext();
        return await Get<IEnumerable<ISwept>>().OfType<EvaluationSweep>().Single().EnqueueLostAsync(db, Model.Now, Ct);
    }

    public static void Enter(IServiceProvider services, string tenantId, MemberRole role) => services.GetRequiredService<CurrentMember>().Enter(
        new Membership(tenantId, "Northwind", "northwind", TenantKind.Customer, role),
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_1"), new Claim("name", "Olivia")])));

    public void Dispose() => Model.Dispose();
}

public sealed class FakeLive : ILiveModel
{
    public LiveModel? Model { get; set; }

    public Task<LiveModel?> FindAsync(string projectId, CancellationToken ct) => Task.FromResult(Model);
}
