using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RowServiceTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task List_ForwardsBackwardsFilteredAndSorted_ShowsEveryUnsealedRowOnceAndCountsSum()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(60) + $"{DataKit.Sentence(900)},\n{DataKit.Sentence(901)} needle,card\n");
        await _kit.Findings.DecideRowAsync(import.Id, 3, FindingDecision.SetAside, CancellationToken.None);
        await _kit.Findings.DecideRowAsync(import.Id, 4, FindingDecision.Quarantine, CancellationToken.None);
        var version = await _kit.FreezeAsync(projectId);
        var @sealed = (await _kit.Examples.ReadSealedAsync(version.Id, 0, 100, CancellationToken.None)).Select(r => r.Number).ToHashSet();
        var open = Enumerable.Range(1, 62).Where(n => !@sealed.Contains(n)).ToList();

        var counts = (await ListAsync(projectId, new RowQuery())).Counts;
        Assert.Equal((62, 59, 2, 1, @sealed.Count), (counts.All, counts.TakesPart, counts.Quarantined, counts.Dropped, counts.Sealed));
        Assert.Equal(counts.All, counts.TakesPart + counts.Quarantined + counts.Dropped);
        Assert.Equal(open, await WalkAsync(projectId, new RowQuery()));
        Assert.Equal(open.AsEnumerable().Reverse(), await WalkAsync(projectId, new RowQuery(Sort: RowSort.NumberDown)));
        Assert.Equal(open, (await WalkAsync(projectId, new RowQuery(Sort: RowSort.Label))).Order());
        Assert.Equal((await WalkAsync(projectId, new RowQuery(Sort: RowSort.Label))).AsEnumerable().Reverse(), await WalkAsync(projectId, new RowQuery(Sort: RowSort.LabelDown)));
        Assert.All(await RowsAsync(projectId, new RowQuery(Label: "card")), r => Assert.Equal("card", r.Output));
        Assert.Equal([4, 61], await WalkAsync(projectId, new RowQuery(Status: RowStatus.Quarantined)));
        Assert.Equal([3], await WalkAsync(projectId, new RowQuery(Status: RowStatus.Dropped)));
        var validation = await WalkAsync(projectId, new RowQuery(Split: Split.Validation));
        Assert.Equal(version.ValidationCount, validation.Count);
        Assert.Equal(open.Where(n => n is 62), await WalkAsync(projectId, new RowQuery("NEEDLE")));

        // Back from the second page is the first one again.
        var second = await ListAsync(projectId, new RowQuery(After: open[24]));
        Assert.Equal(open.Take(25), (await ListAsync(projectId, new RowQuery(Before: second.Rows[0].Number))).Rows.Select(r => r.Number));
        Assert.Equal(open.Count, second.Total);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.Rows.GetAsync(projectId, @sealed.First(), CancellationToken.None));
        Assert.Empty((await _kit.AsStranger().Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task List_RowsOlderThanTheLabelColumn_AreFilteredByTheirText()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(30));
        await using (var db = _kit.Database.CreateDbContext())
        {
            await db.Examples.ExecuteUpdateAsync(set => set.SetProperty(e => e.Label, (string?)null), CancellationToken.None);
        }

        Assert.Equal(15, (await ListAsync(projectId, new RowQuery(Label: "card"))).Rows.Count);
    }

    [Fact]
    public async Task Labels_OfATaskThatPicksOne_AreItsOwnOrThoseOfTheRows()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(30));

        Assert.Equal(["card", "transfer"], await _kit.Rows.LabelsAsync(projectId, CancellationToken.None));

        await _kit.Projects.SaveTaskAsync(projectId, new TaskDraft("Goal", TaskKind.Classify, "Do", ["card", "transfer", "other"], MetricKind.Accuracy, 0.9), CancellationToken.None);
        Assert.Equal(["card", "transfer", "other"], await _kit.Rows.LabelsAsync(projectId, CancellationToken.None));
    }

    private Task<RowPage> ListAsync(string projectId, RowQuery query) => _kit.Rows.ListAsync(projectId, query, CancellationToken.None);

    private async Task<List<int>> WalkAsync(string projectId, RowQuery query) => [.. (await RowsAsync(projectId, query)).Select(r => r.Number)];

    private async Task<List<ExampleRow>> RowsAsync(string projectId, RowQuery query)
    {
        List<ExampleRow> all = [];
        for (var page = await ListAsync(projectId, query); ; page = await ListAsync(projectId, query with { After = page.Rows[^1].Number }))
        {
            all.AddRange(page.Rows);
            if (!page.HasLater)
            {
                return all;
            }
        }
    }
}
