using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class VersionComparisonTests : IDisposable
{
    private readonly DataKit _kit = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_AfterTheFileChanged_FindsEachKindOfChangeAndShowsNoSealedRow()
    {
        var projectId = await _kit.CreateProjectAsync();
        string Csv(Func<int, (string Input, string Label)> row, IEnumerable<int> ids) =>
            "text,label,id\n" + string.Concat(ids.Select(i => $"{row(i).Input},{row(i).Label},t-{i}\n"));
        await _kit.ImportAsync(projectId, Csv(i => (DataKit.Sentence(i), i % 2 is 0 ? "card" : "transfer"), Enumerable.Range(1, 60)), map: m => m with { SourceId = "id" });
        var first = await FreezeAsync(projectId);
        // 1 to 10 are gone, 11 to 30 have another answer and a word more, 61 to 70 are new; all else stays.
        await _kit.ImportAsync(projectId, Csv(i => i is > 10 and <= 30 ? (DataKit.Sentence(i) + " please", "refund") : (DataKit.Sentence(i), i % 2 is 0 ? "card" : "transfer"), Enumerable.Range(11, 60)), "second.csv", m => m with { SourceId = "id" });
        var second = await FreezeAsync(projectId);
        var comparison = Comparison(_kit);

        var found = await comparison.ReadAsync(projectId, first.Id, second.Id, RowChange.Changed, 0, Ct);

        int CountOf(RowChange change) => found.Counts.Single(c => c.Change == change).Rows;
        Assert.Equal(RowPairing.SourceId, found.Pairing);
        Assert.Equal((10, 10, 20), (CountOf(RowChange.Added), CountOf(RowChange.Removed), CountOf(RowChange.Changed)));
        Assert.Equal(30, found.Same + CountOf(RowChange.Moved));
        Assert.Equal(found.Total, 20 - found.Counts.Single(c => c.Change is RowChange.Changed).Sealed);
        var row = found.Rows[0];
        Assert.Contains(row.Input, p => p is { Kind: DiffKind.Added, Text: " please" });
        Assert.Equal([DiffKind.Removed, DiffKind.Added], row.Output.Select(p => p.Kind));
        Assert.Contains(found.Labels, l => l is { Label: "refund", Before: 0, After: 20 });
        Assert.Contains(found.Settings, s => s is { Name: "File", Before: "examples.csv", After: "second.csv" });
        await using var db = _kit.Database.CreateDbContext();
        var hidden = await db.FrozenExamples.Where(e => e.Split == Split.Test).Select(e => e.Input).ToListAsync(Ct);
        foreach (var change in Enum.GetValues<RowChange>())
        {
            var page = await comparison.ReadAsync(projectId, first.Id, second.Id, change, 0, Ct);
            Assert.All(page.Rows, r => Assert.DoesNotContain(string.Concat(r.Input.Select(p => p.Text)), hidden));
            Assert.DoesNotContain(page.Rows, r => r.SplitBefore is Split.Test || r.SplitAfter is Split.Test);
        }
    }

    [Fact]
    public async Task Read_OfOneFile_PairsByNumberAndOfAnotherProjectFindsNothing()
    {
        var (projectId, otherId) = (await _kit.CreateProjectAsync(), await _kit.CreateProjectAsync());
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var first = await FreezeAsync(projectId);
        await using var db = _kit.Database.CreateDbContext();
        var open = await db.FrozenExamples.Where(e => e.VersionId == first.Id && e.Split != Split.Test).Select(e => e.Number).FirstAsync(Ct);
        await _kit.Findings.DecideRowAsync(import.Id, open, FindingDecision.SetAside, Ct);
        var second = await FreezeAsync(projectId);
        var comparison = Comparison(_kit);

        var found = await comparison.ReadAsync(projectId, first.Id, second.Id, RowChange.Removed, 0, Ct);

        Assert.Equal(RowPairing.Number, found.Pairing);
        Assert.Equal(1, found.Counts.Single(c => c.Change is RowChange.Removed).Rows);
        Assert.Equal(39, found.Same + found.Counts.Single(c => c.Change is RowChange.Moved).Rows);
        await Assert.ThrowsAsync<NotFoundException>(() => comparison.ReadAsync(otherId, first.Id, second.Id, RowChange.Added, 0, Ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Comparison(_kit.AsStranger()).ReadAsync(projectId, first.Id, second.Id, RowChange.Added, 0, Ct));
    }

    [Fact]
    public void Of_KeysThatStandTwice_PairsEqualContentsFirst()
    {
        static RowStamp Row(uint key, uint content, int number, Split split = Split.Train) => new(key, content, number, split);

        var found = RowComparison.Of([Row(1, 10, 1), Row(1, 11, 2), Row(2, 20, 3, Split.Test)], [Row(1, 11, 5, Split.Validation), Row(1, 12, 6), Row(1, 13, 7), Row(2, 21, 8)]);

        Assert.Equal(0, found.Same);
        Assert.Equal([(RowChange.Moved, 2, 5), (RowChange.Changed, 1, 6), (RowChange.Added, 0, 7)], found.Shown.Select(s => (s.Change, s.Before, s.After)));
        Assert.Equal((2, 1), (found.CountOf(RowChange.Changed), found.SealedOf(RowChange.Changed)));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("one two three", "one three", "=one |-two |=three")]
    [InlineData("Grüße, alle", "Grüße an alle", "=Grüße|-,|+ an|= alle")]
    [InlineData("", "new", "+new")]
    public void Of_TwoTexts_SaysWhatStaysAndWhatDoesNot(string before, string after, string expected)
    {
        var pieces = WordDiff.Of(before, after);

        Assert.Equal(before, string.Concat(pieces.Where(p => p.Kind is not DiffKind.Added).Select(p => p.Text)));
        Assert.Equal(after, string.Concat(pieces.Where(p => p.Kind is not DiffKind.Removed).Select(p => p.Text)));
        Assert.Equal(expected, string.Join('|', pieces.Select(p => (p.Kind is DiffKind.Same ? "=" : p.Kind is DiffKind.Added ? "+" : "-") + p.Text)));
    }

    public void Dispose() => _kit.Dispose();

    private static VersionComparison Comparison(DataKit kit) => new(kit.Database, kit.Current, kit.Examples);

    private async Task<DatasetVersion> FreezeAsync(string projectId)
    {
        await _kit.DecideAsync(projectId);
        return await _kit.FreezeAsync(projectId);
    }
}
