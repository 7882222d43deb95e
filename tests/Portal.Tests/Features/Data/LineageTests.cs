using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class LineageTests : IDisposable
{
    private readonly DataKit _kit = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Row_OfAFile_LeadsToItsSplitsAndTheModelsThatLearntIt()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var version = await _kit.FreezeAsync(projectId);
        await using var db = _kit.Database.CreateDbContext();
        var (learnt, hidden) = (
            await db.FrozenExamples.Where(e => e.Split == Split.Train).Select(e => e.Number).FirstAsync(Ct),
            await db.FrozenExamples.Where(e => e.Split == Split.Test).Select(e => e.Number).FirstAsync(Ct));
        var lineage = Of(_kit, new Known(
            new VersionUse(VersionUseKind.TuningJob, "job", version.Id, null, "Flash", "Succeeded", DateTime.UnixEpoch, true),
            // Registered before a model said which version it was made of: its job tells.
            new VersionUse(VersionUseKind.Model, "model", null, "job", "Tuned Flash", "", DateTime.UnixEpoch, true),
            new VersionUse(VersionUseKind.Deployment, "deployment", null, "model", "triage@1", "Deployed", DateTime.UnixEpoch, false),
            new VersionUse(VersionUseKind.Deployment, "stray", null, "nothing", "stray@1", "Failed", DateTime.UnixEpoch, false)));

        var all = await lineage.ReadAsync(projectId, Ct);
        var row = await lineage.RowAsync(projectId, import.Id, learnt, Ct);
        var sealedRow = await lineage.RowAsync(projectId, import.Id, hidden, Ct);

        var line = Assert.Single(all.Versions);
        Assert.Equal(["job", "model", "deployment"], line.Uses.Select(u => u.Id));
        Assert.Equal("stray", Assert.Single(all.Unplaced).Id);
        Assert.Equal(import.Sha256, line.File?.Sha256);
        Assert.Equal((Split?)Split.Train, Assert.Single(row.Places).Split);
        Assert.Equal("Takes part", row.State);
        Assert.NotNull(row.Input);
        Assert.Equal((Split?)Split.Test, Assert.Single(sealedRow.Places).Split);
        Assert.Null(sealedRow.Input);
        await Assert.ThrowsAsync<NotFoundException>(() => lineage.RowAsync(projectId, "imp_of_somebody_else", 1, Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Of(_kit.AsStranger()).ReadAsync(projectId, Ct));
    }

    public void Dispose() => _kit.Dispose();

    private static LineageService Of(DataKit kit, params IVersionUses[] uses) => new(kit.Database, kit.Current, kit.Projects, uses);

    private sealed class Known(params IReadOnlyList<VersionUse> uses) : IVersionUses
    {
        public Task<IReadOnlyList<VersionUse>> ListAsync(string projectId, CancellationToken ct) => Task.FromResult(uses);
    }
}
