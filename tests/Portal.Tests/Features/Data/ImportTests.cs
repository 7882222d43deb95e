using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class ImportTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Import_ThenFreeze_GivesAVersionWithASealedTestSplit()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(200));
        Assert.Equal((ImportState.Imported, 200, 200, 0, 2), (import.State, import.ReadCount, import.AcceptedCount, import.SetAsideCount, import.LabelCount));

        var begun = await _kit.Versions.FreezeAsync(projectId, "first", null, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", begun.Id, CancellationToken.None);

        var version = await _kit.Examples.GetVersionAsync(begun.Id, CancellationToken.None);
        Assert.Equal((160, 20, 20, 2, 1), (version.TrainCount, version.ValidationCount, version.TestCount, version.LabelCount, version.Number));
        Assert.Equal(64, version.ContentHash.Length);
        Assert.Equal(["card", "transfer"], (await _kit.Projects.GetAsync(projectId, CancellationToken.None)).Task.Labels);
        Assert.Equal(20, (await _kit.Examples.ReadSealedAsync(version.Id, 0, 100, CancellationToken.None)).Count);
        Assert.Empty((await _kit.Versions.RowsAsync(version.Id, Split.Test, "", 0, CancellationToken.None)).Rows);

        var working = await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None);
        Assert.Equal((180, 20), (working.Total, working.Counts.Sealed));
    }

    [Fact]
    public async Task Import_KilledHalfWay_BeginsAgainAndHasEachRowOnce()
    {
        _kit.Options.BatchRows = 50;
        var projectId = await _kit.CreateProjectAsync();
        var receipt = await _kit.UploadAsync(projectId, DataKit.Csv(120));
        var preview = await _kit.Datasets.PreviewAsync(receipt.ImportId, null, CancellationToken.None);
        var importId = await _kit.Datasets.StartImportAsync(receipt.ImportId, preview.Layout, preview.Mapping, CancellationToken.None);
        await using (var db = _kit.Database.CreateDbContext())
        {
            // What a killed process leaves: two batches of rows, half the findings, and a lease that ran out.
            db.Examples.AddRange(Enumerable.Range(1, 100).Select(i => new Example { ImportId = importId, Number = i, Input = "half", Output = "written" }));
            var finding = new Finding { ImportId = importId, Rule = FindingRule.Labels, Severity = FindingSeverity.Note, Count = 1, Title = "1 label", Remedy = "" };
            db.Findings.Add(finding);
            db.FindingRows.Add(new FindingRow { FindingId = finding.Id, Number = 7, Related = -1 });
            await db.SaveChangesAsync();
            await db.DatasetImports.ExecuteUpdateAsync(set => set.SetProperty(i => i.State, ImportState.Importing)
                .SetProperty(i => i.LeaseToken, "dead").SetProperty(i => i.LeaseUntil, db.Now.AddSeconds(-1)));
        }

        await _kit.Imports.RunAsync("org_test", importId, CancellationToken.None);
        await _kit.Imports.RunAsync("org_test", importId, CancellationToken.None);

        await using var after = _kit.Database.CreateDbContext();
        var rows = await after.Examples.OrderBy(e => e.Number).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 120), rows.Select(r => r.Number));
        Assert.DoesNotContain(rows, r => r.Input is "half");
        Assert.Single(await after.Findings.Where(f => f.Rule == FindingRule.Labels).ToListAsync());
        Assert.Empty(await after.FindingRows.Where(r => r.Related == -1).ToListAsync());
        var import = await after.DatasetImports.SingleAsync();
        Assert.Equal((ImportState.Imported, 120), (import.State, import.AcceptedCount));
    }

    [Fact]
    public async Task Import_WhileAnotherHoldsTheLease_DoesNothing()
    {
        var projectId = await _kit.CreateProjectAsync();
        var receipt = await _kit.UploadAsync(projectId, DataKit.Csv(30));
        var preview = await _kit.Datasets.PreviewAsync(receipt.ImportId, null, CancellationToken.None);
        await _kit.Datasets.StartImportAsync(receipt.ImportId, preview.Layout, preview.Mapping, CancellationToken.None);
        await using var db = _kit.Database.CreateDbContext();
        await db.DatasetImports.ExecuteUpdateAsync(set => set.SetProperty(i => i.State, ImportState.Importing)
            .SetProperty(i => i.LeaseToken, "alive").SetProperty(i => i.LeaseUntil, db.Now.AddMinutes(1)));

        await _kit.Imports.RunAsync("org_test", receipt.ImportId, CancellationToken.None);

        Assert.Equal(0, await db.Examples.CountAsync());
        Assert.Equal("alive", await db.DatasetImports.Select(i => i.LeaseToken).SingleAsync());
    }

    [Fact]
    public async Task Freeze_KilledHalfWay_BeginsAgainAndSplitsTheSame()
    {
        _kit.Options.BatchRows = 40;
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(100));
        var first = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await using (var db = _kit.Database.CreateDbContext())
        {
            db.FrozenExamples.AddRange(Enumerable.Range(1, 40).Select(i => new FrozenExample { VersionId = first.Id, Split = Split.Test, Number = i, Input = "half", Output = "written" }));
            await db.SaveChangesAsync();
        }

        await _kit.Freezes.RunAsync("org_test", first.Id, CancellationToken.None);
        var version = await _kit.Examples.GetVersionAsync(first.Id, CancellationToken.None);

        await using var after = _kit.Database.CreateDbContext();
        Assert.Equal(100, await after.FrozenExamples.CountAsync());
        Assert.Equal(10, await after.FrozenExamples.CountAsync(e => e.Split == Split.Test));
        Assert.Equal((80, 10, 10), (version.TrainCount, version.ValidationCount, version.TestCount));
        Assert.Equal(0, await after.FrozenExamples.CountAsync(e => e.Input == "half"));
    }

    [Fact]
    public async Task Reimport_ThatFails_LeavesTheWorkingRowsAlone()
    {
        var projectId = await _kit.CreateProjectAsync();
        var good = await _kit.ImportAsync(projectId, DataKit.Csv(50));

        var failed = await _kit.ImportAsync(projectId, "text,label\n" + string.Concat(Enumerable.Range(1, 5).Select(i => $"words {i},\n")));

        Assert.Equal(ImportState.Failed, failed.State);
        Assert.Contains("None of the 5 rows can be used", failed.Failure, StringComparison.Ordinal);
        var data = await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None);
        Assert.Equal(good.Id, data.Working?.Id);
        Assert.Equal(50, (await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Total);
    }

    [Fact]
    public async Task Reimport_ThatSucceeds_TakesOverAndTheOldRowsAreCleared()
    {
        var projectId = await _kit.CreateProjectAsync();
        var old = await _kit.ImportAsync(projectId, DataKit.Csv(50));
        var next = await _kit.ImportAsync(projectId, DataKit.Csv(60));

        using (var platform = _kit.Database.For(null))
        {
            await using var all = platform.CreateDbContext();
            Assert.Equal(1, await _kit.Sweep.EnqueueLostAsync(all, all.Now, CancellationToken.None));
        }

        await _kit.Imports.ClearAsync("org_test", old.Id, CancellationToken.None);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Equal(next.Id, await db.Datasets.Select(d => d.WorkingImportId).SingleAsync());
        Assert.Equal(60, await db.Examples.CountAsync());
    }

    [Fact]
    public async Task Upload_SameFileAgain_IsNoticedAndNotKeptTwice()
    {
        var projectId = await _kit.CreateProjectAsync();
        var first = await _kit.UploadAsync(projectId, DataKit.Csv(30));
        var again = await _kit.UploadAsync(projectId, DataKit.Csv(30), "renamed.csv");

        Assert.Equal((first.ImportId, true), (again.ImportId, again.IsRepeat));
        Assert.Single(Directory.EnumerateFiles(Path.Combine(_kit.Database.Folder, "blobs"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Decide_SetAsideThenUndo_ChangesWhatTakesPartAndBack()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Where is my card,card\nwhere is it,transfer\nWhere is my card,transfer\n");
        var data = await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None);
        var finding = Assert.Single(data.Findings, f => f.Rule is FindingRule.ContradictoryOutput);
        Assert.Equal("1 finding needs a decision", data.FreezeObstacle);
        await Assert.ThrowsAsync<PortalException>(() => _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None));
        Assert.Equal([61, 63], (await _kit.Rows.ListAsync(projectId, new RowQuery(FindingId: finding.Id), CancellationToken.None)).Rows.Select(r => r.Number));

        await _kit.Findings.DecideAsync(finding.Id, FindingDecision.SetAside, CancellationToken.None);
        data = await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None);
        Assert.Equal((61, 2), (data.Working?.AcceptedCount, data.Working?.SetAsideCount));
        Assert.Null(data.FreezeObstacle);

        await _kit.Findings.DecideAsync(finding.Id, null, CancellationToken.None);
        data = await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None);
        Assert.Equal((63, 0), (data.Working?.AcceptedCount, data.Working?.SetAsideCount));
        Assert.Equal(import.Id, data.Working?.Id);
    }

    [Fact]
    public async Task SetAsideCsv_TextsThatBeginLikeFormulas_AreDefused()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(30) + "\"=HYPERLINK(\"\"http://evil\"\")\",\n@SUM(1),\n");

        var csv = "";
        await foreach (var line in _kit.Findings.SetAsideCsvAsync(projectId, CancellationToken.None))
        {
            csv += line;
        }

        Assert.Contains("31,\"the expected output is empty\",\"'=HYPERLINK(\"\"http://evil\"\")\",\"\"", csv, StringComparison.Ordinal);
        Assert.Contains("\"'@SUM(1)\"", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EverythingOfAProject_ByAnotherOrganization_IsNotFound()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(40));
        var finding = (await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Findings[0];
        using var stranger = _kit.AsStranger();
        var ct = CancellationToken.None;

        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Datasets.OverviewAsync(projectId, ct));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.UploadAsync(projectId, DataKit.Csv(20)));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Datasets.PreviewAsync(import.Id, null, ct));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Datasets.StartImportAsync(import.Id, import.Layout, ColumnMapping.Of("text", "label"), ct));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Findings.DecideAsync(finding.Id, FindingDecision.Keep, ct));
        await Assert.ThrowsAsync<NotFoundException>(() => stranger.Versions.FreezeAsync(projectId, "", null, ct));
        Assert.Equal(0, (await stranger.Rows.ListAsync(projectId, new RowQuery(), ct)).Total);
        Assert.Empty(await stranger.Findings.ListAsync(import.Id, null, ct));
    }

    [Fact]
    public async Task ImportText_Banking77_KeepsEveryRow()
    {
        var banking = PublicData.Find("banking77-support-intents/train.csv");
        var projectId = await _kit.CreateProjectAsync();
        await using var file = File.OpenRead(banking);

        var version = await _kit.Datasets.ImportTextAsync(projectId, "train.csv", file, CancellationToken.None);

        Assert.Equal((8_002, 1_000, 1_001, 77), (version.TrainCount, version.ValidationCount, version.TestCount, version.LabelCount));
        var import = (await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Working;
        Assert.Equal((10_003, 10_003), (import?.ReadCount, import?.AcceptedCount));
    }
}
