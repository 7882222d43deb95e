using System.Text.Json;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tune;
using Xunit;

namespace Portal.Tests.Features.Tune;

/// <summary>What a tuned project gives a playbook, and what a project begun with it proposes.</summary>
public sealed class PlaybookSettingsTests : TuneTest
{
    [Fact]
    public async Task StartedWith_OfAPlaybook_IsWhatTheModelTakesOfIt()
    {
        var tuned = await TuneSeed.ProjectAsync(Database);
        await Rig.AsMemberAsync(t => t.StartAsync(tuned, new TuningSettings(new Hyperparameters(3, 0.5, 8)), CancellationToken.None));
        var stored = await new TuningPart(Database).ReadAsync(tuned, CancellationToken.None);
        Assert.Equal(new Hyperparameters(3, 0.5, 8), TuningPart.Parse(stored));
        Assert.Equal(ModelTier.Flash, TierPart.Parse(await new TierPart(Database).ReadAsync(tuned, CancellationToken.None)));

        var next = await TuneSeed.ProjectAsync(Database);
        Assert.Null(await Rig.AsMemberAsync(t => t.StartedWithAsync(next, CancellationToken.None)));
        await BeginWithAsync(next, new Hyperparameters(1_000, 0.5, 3));

        Assert.Equal(new Hyperparameters(100, 0.5, 4), await Rig.AsMemberAsync(t => t.StartedWithAsync(next, CancellationToken.None)));
    }

    private async Task BeginWithAsync(string projectId, Hyperparameters settings)
    {
        await using var db = Database.CreateDbContext();
        var kept = new Dictionary<string, string> { [TuningPart.StoredAs] = JsonSerializer.Serialize(settings) };
        db.ProjectStarts.Add(new ProjectStart { ProjectId = projectId, PlaybookName = "Mail", Via = "", SettingsJson = JsonSerializer.Serialize(kept) });
        await db.SaveChangesAsync();
    }
}
