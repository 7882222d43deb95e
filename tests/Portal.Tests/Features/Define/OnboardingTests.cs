using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Portal.Features.Connect;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Features.Tune;
using Portal.Persistence;
using Portal.Tests.Features.Leave;
using Portal.Tests.Features.Tenancy;
using Portal.Vertex;
using Xunit;

namespace Portal.Tests.Features.Define;

/// <summary>Each sign turns by what happened, and by nothing before it.</summary>
public sealed class OnboardingTests : IAsyncLifetime
{
    private static readonly VertexClientFactory s_clients = MakeClients();

    private readonly EngagementRig _rig = new();

    public async ValueTask InitializeAsync() => await _rig.BeginAsync();

    public ValueTask DisposeAsync()
    {
        _rig.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Read_OnTheWayToAModelInUse_TellsTheNextThing()
    {
        // Whoever belongs to an organisation has no engagement there, and may look at the connection.
        Assert.Equal("0 of 7 Google connection made /o/harbour/connection", await ReadAsync("ben", "harbour"));

        // One row of everything, each at the beginning of its way; what was used says that Google has answered.
        await CanaryRows.PlantAsync(_rig.Database, await _rig.TenantIdAsync("northwind"), "planted text");
        await _rig.EngageAsync(_rig.Grant([]));
        await ChangeAsync(db => db.ModelChoices.ExecuteUpdateAsync(set => set.SetProperty(c => c.Verdict, Verdict.Climb)));
        var project = await _rig.ReadAsync("northwind", db => db.Projects.Select(p => p.Id).SingleAsync());
        await ChangeAsync(db => db.TaskDefinitions.ExecuteUpdateAsync(set => set.SetProperty(t => t.Target, (double?)null)));
        Assert.Equal($"2 of 8 Project defined /o/northwind/projects/{project}/define", await ReadAsync());

        await ChangeAsync(db => db.TaskDefinitions.ExecuteUpdateAsync(set => set.SetProperty(t => t.Target, 0.9)));
        Assert.Equal($"4 of 8 First baseline measured /o/northwind/projects/{project}/model", await ReadAsync());

        await ChangeAsync(db => db.CandidateRuns.ExecuteUpdateAsync(set => set.SetProperty(r => r.State, RunState.Succeeded)));
        Assert.Equal($"5 of 8 First model tuned /o/northwind/projects/{project}/tune", await ReadAsync());

        await ChangeAsync(db => db.ModelChoices.ExecuteUpdateAsync(set => set.SetProperty(c => c.Verdict, Verdict.Stop)));
        Assert.Equal($"6 of 8 Deployed /o/northwind/projects/{project}/deploy", await ReadAsync());

        await ChangeAsync(db => db.ModelChoices.ExecuteUpdateAsync(set => set.SetProperty(c => c.Verdict, Verdict.Climb)));
        await ChangeAsync(db => db.TuningJobs.ExecuteUpdateAsync(set => set.SetProperty(j => j.State, TuningJobState.Succeeded)));
        await ChangeAsync(db => db.Deployments.ExecuteUpdateAsync(set => set.SetProperty(d => d.State, DeploymentState.Deployed)));
        await ChangeAsync(db => db.ApiKeys.ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, (DateTime?)null)));
        Assert.Equal($"7 of 8 API key used /o/northwind/projects/{project}/deploy", await ReadAsync());

        await ChangeAsync(db => db.ApiKeys.ExecuteUpdateAsync(set => set.SetProperty(k => k.LastUsedAt, db.Now).SetProperty(k => k.VerbList, "Generate").SetProperty(k => k.DeploymentId, (string?)null)));
        Assert.Equal("8 of 8", await ReadAsync());
    }

    /// <summary>How many are done, the first that is not, and where it is done.</summary>
    private Task<string> ReadAsync(string person = "carla", string slug = "northwind") => _rig.AsAsync(person, slug, async services =>
    {
        var options = Options.Create(new ConnectOptions { Kind = ConnectionKind.Platform });
        var connect = new ConnectService(new VertexSessions(s_clients, options), new GoogleAccess(), options, services.GetRequiredService<TenantScope>());
        var dbs = services.GetRequiredService<IDbContextFactory<PortalDbContext>>();
        IOnboardingSign[] signs = [new KeySign(dbs), new ConnectionSign(dbs, connect), new TaskSign(dbs), new UploadSign(dbs), new BaselineSign(dbs), new TunedSign(dbs), new DeployedSign(dbs)];
        var list = await new Onboarding(signs, services.GetRequiredService<CurrentMember>()).ReadAsync(CancellationToken.None);
        var done = $"{list.Items.TakeWhile(i => i.IsDone).Count()} of {list.Items.Count}";
        return list.Next is { } next ? $"{done} {next.Name} {next.Href}" : done;
    });

    private Task ChangeAsync(Func<PortalDbContext, Task<int>> change) => _rig.ReadAsync("northwind", change);

    private static VertexClientFactory MakeClients()
    {
        var services = new ServiceCollection();
        services.AddVertexClients();
        return services.BuildServiceProvider().GetRequiredService<VertexClientFactory>();
    }
}
