using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RowEditTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Edit_ThenUndo_KeepsEveryStepAndReachesTheNextVersionOnly()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var first = await _kit.FreezeAsync(projectId);
        var row = (await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Rows[0];

        var saved = await EditAsync(projectId, row.Number, 0, new RowDraft("a wholly different sentence about nothing", "transfer") { Note = "was wrong" });

        Assert.True(saved.IsSaved);
        Assert.Equal(("a wholly different sentence about nothing", "transfer", 1), (saved.Row!.Input, saved.Row.Output, saved.Row.Revision));
        Assert.False((await OverviewAsync(projectId)).IsFrozen);
        var second = await _kit.FreezeAsync(projectId);
        Assert.NotEqual(first.ContentHash, second.ContentHash);
        Assert.Equal(row.Input, await InputAsync(first.Id, row.Number));
        Assert.Equal("a wholly different sentence about nothing", await InputAsync(second.Id, row.Number));

        // The first version has sealed as many rows as are sealed, so the second seals none that was open.
        Assert.False(await IsSealedAsync(second.Id, row.Number));
        var undone = await _kit.Edits.RestoreAsync(projectId, row.Number, 1, 1, CancellationToken.None);
        Assert.Equal((row.Input, row.Output, 2), (undone.Row!.Input, undone.Row.Output, undone.Row.Revision));
        Assert.Equal([(EditKind.Restored, 2, ""), (EditKind.Edited, 1, "was wrong")], undone.Row.History.Select(h => (h.Change, h.Revision, h.Note)));
        Assert.Contains(undone.Row.History[1].Changes, c => c.Field is "Input" && c.Pieces.Any(p => p.Kind is DiffKind.Added));
    }

    [Fact]
    public async Task Edit_OfWhatSomebodyChangedMeanwhile_ShowsTheirsAndWritesNothing()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        await EditAsync(projectId, 7, 0, new RowDraft("what the first one wrote in this row", "card"));

        var late = await EditAsync(projectId, 7, 0, new RowDraft("what the second one wrote in this row", "card"));

        Assert.False(late.IsSaved);
        Assert.Equal(("what the first one wrote in this row", 1), (late.Row!.Input, late.Row.Revision));
        var over = await EditAsync(projectId, 7, late.Row.Revision, new RowDraft("what the second one wrote in this row", "card"));
        Assert.True(over.IsSaved);
        Assert.Equal(["what the first one wrote in this row", DataKit.Sentence(7)], (await EditsAsync(7)).Select(e => e.Input));
    }

    [Fact]
    public async Task Edit_IsCheckedAtOnce_AndAKeptFindingThatItJoinsIsOpenAgain()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Please write to anna@example.com today,card\n");
        var mail = (await OverviewAsync(projectId)).Findings.Single(f => f.Rule is FindingRule.EmailAddress);
        await _kit.Findings.DecideAsync(mail.Id, FindingDecision.Keep, CancellationToken.None);

        var saved = await EditAsync(projectId, 5, 0, new RowDraft("Answer bob@example.com about the seven parcels", "card"));

        Assert.Contains(saved.Row!.Findings, f => f.Rule is FindingRule.EmailAddress && f is { IsOpen: true, Count: 2 });
        Assert.Contains("1 finding needs a decision", (await OverviewAsync(projectId)).FreezeObstacle, StringComparison.Ordinal);
        await _kit.Findings.DecideAsync(mail.Id, FindingDecision.SetAside, CancellationToken.None);
        Assert.Equal(59, (await OverviewAsync(projectId)).Working!.AcceptedCount);

        // Without the address it is no longer concerned, and takes part again by itself.
        var clean = await EditAsync(projectId, 5, 1, new RowDraft("Answer somebody about the seven parcels", "card"));
        Assert.DoesNotContain(clean.Row!.Findings, f => f.Rule is FindingRule.EmailAddress);
        Assert.Null(clean.Row.SetAsideBy);
        Assert.Equal(("1 row", 60), ((await OverviewAsync(projectId)).Findings.Single(f => f.Rule is FindingRule.EmailAddress).Title[..5], (await OverviewAsync(projectId)).Working!.AcceptedCount));
        Assert.Equal(import.Id, (await OverviewAsync(projectId)).Working!.Id);
    }

    [Fact]
    public async Task Edit_IntoAnotherRowsTwinAndAway_MovesBothInAndOutOfTheFindings()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60));

        // Row 8 is a card, like row 10; so the twin of 10 with the other label contradicts it.
        await EditAsync(projectId, 8, 0, new RowDraft(DataKit.Sentence(10).ToUpperInvariant(), "transfer"));
        Assert.Equal([8, 10], await RowsOfAsync(projectId, FindingRule.NearContradiction));
        await EditAsync(projectId, 8, 1, new RowDraft(DataKit.Sentence(10), "transfer"));
        Assert.Equal([8, 10], await RowsOfAsync(projectId, FindingRule.ContradictoryOutput));
        Assert.Empty(await RowsOfAsync(projectId, FindingRule.NearContradiction));
        await EditAsync(projectId, 8, 2, new RowDraft(DataKit.Sentence(10), "card"));
        Assert.Equal([10], await RowsOfAsync(projectId, FindingRule.ExactDuplicate));
        await EditAsync(projectId, 10, 0, new RowDraft("something else that no other row says", "card"));
        Assert.DoesNotContain((await OverviewAsync(projectId)).Findings, f => f.Rule is FindingRule.ExactDuplicate or FindingRule.ContradictoryOutput or FindingRule.NearDuplicate);
    }

    [Fact]
    public async Task Add_ByHand_IsARowLikeAnyOtherWithItsMark()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(19));
        Assert.Contains((await OverviewAsync(projectId)).Findings, f => f.Rule is FindingRule.TooFewRows);
        await Assert.ThrowsAsync<PortalException>(() => _kit.Edits.AddAsync(projectId, new RowDraft("an input", "no such label"), CancellationToken.None));
        await Assert.ThrowsAsync<PortalException>(() => _kit.Edits.AddAsync(projectId, new RowDraft(" ", "card"), CancellationToken.None));

        var added = await _kit.Edits.AddAsync(projectId, new RowDraft("a row that somebody has typed in", "card", Slice: "new") { Note = "missing case" }, CancellationToken.None);

        Assert.Equal((20, RowOrigin.Hand, "new"), (added.Number, added.Row!.Origin, added.Row.Slice));
        var data = await OverviewAsync(projectId);
        Assert.Equal((20, 20), (data.Working!.ReadCount, data.Working.AcceptedCount));
        Assert.DoesNotContain(data.Findings, f => f.Rule is FindingRule.TooFewRows);
        Assert.Equal([20], (await _kit.Rows.ListAsync(projectId, new RowQuery(Status: RowStatus.ByHand), CancellationToken.None)).Rows.Select(r => r.Number));
        Assert.Empty((await _kit.Rows.ListAsync(projectId, new RowQuery(Status: RowStatus.Edited), CancellationToken.None)).Rows);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Contains(await db.Set<AuditEntry>().Select(a => a.Action).ToListAsync(CancellationToken.None), a => a is "row.added");
    }

    [Fact]
    public async Task Quarantine_EditedAndReleased_DroppedAndTakenBack_SumsAtEveryStep()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(40) + "An input without its answer,\n");
        Assert.Equal((41, 40, 1, 0), await CountsAsync(projectId));

        // What cannot be used is not released, but it can be dropped, and filled.
        await _kit.Findings.DecideRowAsync(import.Id, 41, FindingDecision.Keep, CancellationToken.None);
        Assert.Equal((41, 40, 1, 0), await CountsAsync(projectId));
        await _kit.Findings.DecideRowAsync(import.Id, 41, FindingDecision.SetAside, CancellationToken.None);
        Assert.Equal((41, 40, 0, 1), await CountsAsync(projectId));
        await _kit.Findings.DecideRowAsync(import.Id, 41, null, CancellationToken.None);
        Assert.Equal((41, 40, 1, 0), await CountsAsync(projectId));
        await EditAsync(projectId, 41, 0, new RowDraft("An input without its answer", "card"));
        Assert.Equal((41, 41, 0, 0), await CountsAsync(projectId));
        Assert.DoesNotContain((await OverviewAsync(projectId)).Findings, f => f.Rule is FindingRule.EmptyOutput);

        await _kit.Findings.DecideRowAsync(import.Id, 9, FindingDecision.Quarantine, CancellationToken.None);
        Assert.Equal((41, 40, 1, 0), await CountsAsync(projectId));
        var released = await EditAsync(projectId, 9, 0, new RowDraft("the ninth row as it should have been", "card") { Releases = true });
        Assert.Null(released.Row!.SetAsideBy);
        Assert.Equal((41, 41, 0, 0), await CountsAsync(projectId));
        Assert.Equal(FindingDecision.Keep, (await _kit.Findings.HistoryAsync(import.Id, null, CancellationToken.None))[0].Decision);
    }

    [Fact]
    public async Task Edit_OfAConversation_KeepsItsTurnsAndFunctions()
    {
        var projectId = await _kit.CreateProjectAsync();
        const string call = """{"contents":[{"role":"user","parts":[{"text":"Where is parcel 7?"}]},{"role":"model","parts":[{"functionCall":{"name":"find","args":{"parcel":7}}}]},{"role":"user","parts":[{"functionResponse":{"name":"find","response":{"at":"Bonn"}}}]},{"role":"model","parts":[{"text":"In Bonn."}]}],"tools":[{"functionDeclarations":[{"name":"find"}]}]}""";
        var lines = string.Concat(Enumerable.Range(1, 30).Select(i => $$$"""{"contents":[{"role":"user","parts":[{"text":"{{{DataKit.Sentence(i)}}}"}]},{"role":"model","parts":[{"text":"{{{DataKit.Sentence(i + 1_000)}}}"}]}]}""" + "\n"));
        await _kit.Projects.SaveTaskAsync(projectId, new("Goal", Portal.Features.Define.TaskKind.Answer, "Do", [], Portal.Features.Define.MetricKind.TokenF1, 0.9), CancellationToken.None);
        await _kit.ImportAsync(projectId, lines + call + "\n", "talk.jsonl");
        var row = await _kit.Rows.GetAsync(projectId, 31, CancellationToken.None);
        Assert.Equal([RowPartKind.Text, RowPartKind.Call, RowPartKind.Response, RowPartKind.Text], row.Turns.SelectMany(t => t.Parts).Select(p => p.Kind));

        await Assert.ThrowsAsync<PortalException>(() => EditAsync(projectId, 31, 0, new RowDraft("", "") { Parts = [new(1, 0, "not JSON")] }));
        var saved = await EditAsync(projectId, 31, 0, new RowDraft("", "") { Parts = [new(1, 0, """{"parcel":8}"""), new(3, 0, "In Köln.")] });

        Assert.Equal("In Köln.", saved.Row!.Output);
        await using var db = _kit.Database.CreateDbContext();
        var content = await db.Examples.Where(e => e.Number == 31).Select(e => e.Content).SingleAsync(CancellationToken.None);
        var expected = call.Replace("\"args\":{\"parcel\":7}", "\"args\":{\"parcel\":8}", StringComparison.Ordinal).Replace("In Bonn.", "In Köln.", StringComparison.Ordinal);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(content!)), content);
    }

    [Fact]
    public async Task Edit_WithoutTheRightOrOfASealedOrAnothersRow_ChangesNothing()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var version = await _kit.FreezeAsync(projectId);
        var @sealed = (await _kit.Examples.ReadSealedAsync(version.Id, 0, 1, CancellationToken.None))[0];
        var draft = new RowDraft("another text altogether, for nobody", "card");

        await Assert.ThrowsAsync<NotFoundException>(() => EditAsync(projectId, @sealed.Number, 0, draft));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.Findings.DecideRowAsync(version.ImportId!, @sealed.Number, FindingDecision.SetAside, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.AsStranger().Edits.EditAsync(projectId, 1, 0, draft, CancellationToken.None));

        // Made nearly a sealed row, a row is one: it is shown no more, and no version trains on it.
        var open = (await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Rows[0];
        var leaked = await EditAsync(projectId, open.Number, 0, new RowDraft(@sealed.Input, open.Output));
        Assert.True(leaked.IsSaved);
        Assert.Null(leaked.Row);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.Rows.GetAsync(projectId, open.Number, CancellationToken.None));
        await _kit.DecideAsync(projectId);
        Assert.True(await IsSealedAsync((await _kit.FreezeAsync(projectId)).Id, open.Number));
    }

    private Task<RowSaved> EditAsync(string projectId, int row, int revision, RowDraft draft) => _kit.Edits.EditAsync(projectId, row, revision, draft, CancellationToken.None);

    private Task<DataOverview> OverviewAsync(string projectId) => _kit.Datasets.OverviewAsync(projectId, CancellationToken.None);

    private async Task<(int, int, int, int)> CountsAsync(string projectId)
    {
        var counts = (await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Counts;
        return (counts.All, counts.TakesPart, counts.Quarantined, counts.Dropped);
    }

    private async Task<List<int>> RowsOfAsync(string projectId, FindingRule rule)
    {
        var finding = (await OverviewAsync(projectId)).Findings.FirstOrDefault(f => f.Rule == rule);
        await using var db = _kit.Database.CreateDbContext();
        var rows = finding is null ? [] : await db.FindingRows.Where(r => r.FindingId == finding.Id).OrderBy(r => r.Number).Select(r => r.Number).ToListAsync(CancellationToken.None);
        Assert.Equal(finding?.Count ?? 0, rows.Count);
        return rows;
    }

    private async Task<List<RowEdit>> EditsAsync(int number)
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.RowEdits.Where(e => e.Number == number).OrderByDescending(e => e.Revision).ToListAsync(CancellationToken.None);
    }

    private async Task<string> InputAsync(string versionId, int number)
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.FrozenExamples.Where(e => e.VersionId == versionId && e.Number == number).Select(e => e.Input).SingleAsync(CancellationToken.None);
    }

    private async Task<bool> IsSealedAsync(string versionId, int number)
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.FrozenExamples.AnyAsync(e => e.VersionId == versionId && e.Number == number && e.Split == Split.Test, CancellationToken.None);
    }
}
