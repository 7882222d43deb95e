using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
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

public sealed class RetirementTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 10, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _time = new(s_now);
    private readonly PortalDatabase _database;

    public RetirementTests() => _database = new PortalDatabase(_time);

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task BaseModel_ThatRetires_IsShownAndMailedOnceForEachMark_WithWhatToGoOnWith()
    {
        await MemberAsync("usr_1", MemberRole.Editor);
        await MemberAsync("usr_2", MemberRole.Viewer);
        await ModelAsync("old-flash", s_now.AddDays(100), successorId: "new-flash");
        await ModelAsync("new-flash", null);
        var (used, tuned, idle) = (await ProjectAsync("Topics", Rung.Prompt, isLive: true), await ProjectAsync("Tickets", Rung.Tuned, isLive: false), await ProjectAsync("Idle", Rung.Prompt, isLive: false));

        Assert.Equal((0, 0), (await SweepAsync(), (await NoticesAsync(null)).Count));
        Assert.Equal("topics@1", Assert.Single((await Radar().OfProjectAsync(used, CancellationToken.None)).Single().Live));

        _time.Advance(TimeSpan.FromDays(20));
        Assert.Equal(2, await SweepAsync());
        await Task.WhenAll(RunAsync(used), RunAsync(used));
        await RunAsync(tuned);
        await RunAsync(idle);
        Assert.Equal(0, await SweepAsync());
        Assert.Equal(["Topics: old-flash retires on 2027-03-03, in 80 days. topics@1 is answered by it. Move to new-flash", "Tickets: old-flash retires on 2027-03-03, in 80 days. 1 tuned model ends with it. Re-tune on new-flash"],
            (await NoticesAsync(null)).OrderByDescending(n => n.ProjectName).Select(n => $"{n.ProjectName}: {n.Text} {n.Todo}"));
        Assert.Empty(await NoticesAsync(idle));

        // The next mark is told once more, and a day that was moved is news.
        _time.Advance(TimeSpan.FromDays(51));
        Assert.Equal(2, await SweepAsync());
        await RunAsync(used);
        await RunAsync(tuned);
        Assert.True((await NoticesAsync(used)).Single().IsUrgent);
        await RunAsync(used);
        await using var db = _database.CreateDbContext();
        Assert.Equal(
            ["old-flash, used by Tickets, retires in 29 days", "old-flash, used by Tickets, retires in 80 days", "old-flash, used by Topics, retires in 29 days", "old-flash, used by Topics, retires in 80 days"],
            await db.OutgoingMails.Select(m => m.Subject).OrderBy(s => s).ToListAsync());
        Assert.All(await db.OutgoingMails.ToListAsync(), m => Assert.Equal("usr_1@example.com", m.Recipient));
    }

    [Fact]
    public void Successor_IsTheOneNamed_ElseOfTheSameTier_AndNeverOneThatGoesSooner()
    {
        var old = Model("old", s_now, "named");
        var (named, sameTier, other, sooner) = (Model("named", null), Model("same", null), Model("other", null, tier: ModelTier.Pro), Model("sooner", s_now.AddDays(-1)));
        Assert.Equal("named", RetirementRadar.SuccessorOf(old, [old, other, sameTier, named], s_now.UtcDateTime)?.Id);
        Assert.Equal("same", RetirementRadar.SuccessorOf(old, [old, other, sameTier, sooner], s_now.UtcDateTime)?.Id);
        Assert.Equal("other", RetirementRadar.SuccessorOf(old, [old, other, sooner], s_now.UtcDateTime)?.Id);
        Assert.Null(RetirementRadar.SuccessorOf(old, [old, sooner], s_now.UtcDateTime));
    }

    private RetirementRadar Radar() => new(_database, _time);

    private Task<IReadOnlyList<ProjectNotice>> NoticesAsync(string? projectId) => Radar().ReadAsync(projectId, CancellationToken.None);

    private async Task<int> SweepAsync()
    {
        await using var all = _database.For(null).CreateDbContext();
        return await new RetirementSweep(new RecordedWork()).EnqueueLostAsync(all, all.Now, CancellationToken.None);
    }

    private Task RunAsync(string projectId) => new RetirementWorker(
        _database.Scope, _database, new OwnerMail(new MailService(new EphemeralDataProtectionProvider(), new RecordedWork(), _time)), _time, NullLogger<RetirementWorker>.Instance)
        .RunAsync(_database.Scope.TenantId, projectId, CancellationToken.None);

    private async Task MemberAsync(string userId, MemberRole role)
    {
        await _database.SetMemberAsync("org_test", userId, role);
        await using var db = _database.CreateDbContextFor(new TenantScope());
        (await db.Users.SingleAsync(u => u.Id == userId)).SignedIn("Olivia", $"{userId}@example.com", true, db.Now);
        await db.SaveChangesAsync();
    }

    private static CatalogueModel Model(string id, DateTimeOffset? retiresAt, string? successorId = null, ModelTier tier = ModelTier.Flash) => new()
    {
        Id = id, DisplayName = id, Tier = tier, State = ModelState.Tunable, RetiresAt = retiresAt?.UtcDateTime, SuccessorId = successorId, AdapterSizes = [4], DefaultAdapterSize = 4,
    };

    private async Task ModelAsync(string id, DateTimeOffset? retiresAt, string? successorId = null)
    {
        await using var db = _database.CreateDbContextFor(new TenantScope());
        db.CatalogueModels.Add(Model(id, retiresAt, successorId));
        await db.SaveChangesAsync();
    }

    private async Task<string> ProjectAsync(string name, Rung rung, bool isLive)
    {
        await using var db = _database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1", CreatedAt = db.Now };
        project.Rename(name);
        db.Projects.Add(project);
        db.Add(new TaskDefinition { ProjectId = project.Id });
        var recipe = db.Recipes.Add(Recipe.Of(project.Id, new RecipeContent("Name the topic.", [], 0, 64, "", null), db.Now)).Entity;
        var candidate = new Candidate { ProjectId = project.Id, Name = "Flash", Rung = rung, BaseModelId = "old-flash", ModelName = "old-flash", RecipeId = recipe.Id, VersionId = null, SourceId = "ver_1", Key = "prompt", CreatedAt = db.Now };
        db.Candidates.Add(candidate);
        var endpoint = new Endpoint { ProjectId = project.Id, Name = name.ToLowerInvariant(), CreatedAt = db.Now };
        db.Endpoints.Add(endpoint);
        var deployment = new Deployment
        {
            ProjectId = project.Id, EndpointId = endpoint.Id, CandidateId = candidate.Id, CandidateName = candidate.Name, BaseModelId = "old-flash",
            Number = endpoint.TakeNumber(), GatePassed = true, ApprovedByUserId = "usr_1", ApprovedAt = db.Now,
        };
        db.Deployments.Add(deployment);
        await db.SaveChangesAsync();
        if (isLive)
        {
            endpoint.PutLive(deployment.Id);
            await db.SaveChangesAsync();
        }

        return project.Id;
    }
}
