using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Monitor;
using Portal.Persistence;
using Portal.Tests.Features.Data;
using Xunit;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Tests.Features.Monitor;

/// <summary>A project with rows and a frozen version, a deployment that answers, and calls to it whose texts are kept.</summary>
internal sealed class TrafficRig : IDisposable
{
    public static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    private int _calls;

    public TrafficRig()
    {
        Wrongs = new WrongCallService(Data.Database, Data.Current, Data.Projects, TimeProvider.System);
        Keeping = new TextKeepingService(Data.Database, Data.Current, TimeProvider.System);
        Traffic = new TrafficDraftService(Data.Database, Data.Current, Data.Projects, Data.Edits, TimeProvider.System);
    }

    public DataKit Data { get; } = new();

    public WrongCallService Wrongs { get; }

    public TextKeepingService Keeping { get; }

    public TrafficDraftService Traffic { get; }

    public string ProjectId { get; private set; } = "";

    public DatasetVersion Version { get; private set; } = default!; // set by SeedAsync

    public Deployment Deployment { get; private set; } = default!; // set by SeedAsync

    public static WrongScope Scope => new(MonitorRange.Named("30d"));

    public async Task SeedAsync(int rows = 60, bool keeps = true)
    {
        ProjectId = await Data.CreateProjectAsync();
        await Data.Projects.SaveTaskAsync(ProjectId, new TaskDraft("Route messages", TaskKind.Classify, "Classify the message.", ["card", "transfer"], MetricKind.Accuracy, 0.9), Ct);
        await Data.ImportAsync(ProjectId, DataKit.Csv(rows));
        Version = await Data.FreezeAsync(ProjectId);
        await using var db = Data.Database.CreateDbContext();
        var recipe = db.Recipes.Add(Recipe.Of(ProjectId, new RecipeContent("Classify the message.", [], 0, 64, "", null), db.Now)).Entity;
        var candidate = db.Candidates.Add(new Candidate
        {
            ProjectId = ProjectId, Name = "Tuned Flash", Rung = Rung.Tuned, BaseModelId = "gemini-3.5-flash", ModelName = "endpoints/1", RecipeId = recipe.Id, VersionId = Version.Id, SourceId = "tun_1", Key = "tuned", CreatedAt = db.Now,
        }).Entity;
        var endpoint = db.Endpoints.Add(new Endpoint { ProjectId = ProjectId, Name = "intents", CreatedAt = db.Now }).Entity;
        Deployment = db.Deployments.Add(new Deployment
        {
            ProjectId = ProjectId, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = candidate.BaseModelId, Number = endpoint.TakeNumber(), GatePassed = true,
            ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        }).Entity;
        Deployment.GoLive(db.Now);
        await db.SaveChangesAsync(Ct);
        endpoint.PutLive(Deployment.Id);
        await db.SaveChangesAsync(Ct);
        if (keeps)
        {
            await Keeping.SaveAsync(new KeepingChoice(true, 100, 30), Ct);
        }
    }

    /// <summary>A call on record, its text where one is given, and what was said about it.</summary>
    /// <returns>The answer's id.</returns>
    public async Task<string> CallAsync(string? text, FeedbackDraft? said = null, bool isValid = true, UsageSource source = UsageSource.Endpoint)
    {
        var id = $"ans_{++_calls:000}";
        await using var db = Data.Database.CreateDbContext();
        var at = db.Now.AddMinutes(-_calls);
        db.InferenceLogs.Add(new InferenceLog { ProjectId = ProjectId, EndpointId = Deployment.EndpointId, DeploymentId = Deployment.Id, Source = source, ResponseId = id, Status = 200, Milliseconds = 5, At = at });
        if (text is not null)
        {
            db.StoredCalls.Add(new StoredCall { ProjectId = ProjectId, DeploymentId = Deployment.Id, ResponseId = id, Input = text, Answer = "transfer", IsValid = isValid, At = at, ExpiresAt = at.AddDays(30) });
        }

        if (said is not null)
        {
            var feedback = db.AnswerFeedback.Add(new AnswerFeedback { ProjectId = ProjectId, EndpointId = Deployment.EndpointId, DeploymentId = Deployment.Id, ResponseId = id, Source = source, AnsweredAt = at }).Entity;
            feedback.Say(said, at.AddDays(30), at);
        }

        await db.SaveChangesAsync(Ct);
        return id;
    }

    public void Dispose() => Data.Dispose();
}
