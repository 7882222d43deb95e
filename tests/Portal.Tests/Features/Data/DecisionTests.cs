using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class DecisionTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Redact_ThenFreeze_NothingPersonalLeavesAndEverythingComesBack()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Write to anna@example.com or anna@example.com,card\nMail ANNA@example.com about it and bob@example.com,transfer\n");
        var finding = await FindAsync(projectId, FindingRule.EmailAddress);
        Assert.Equal((FindingSeverity.NeedsDecision, 2), (finding.Severity, finding.Count));

        var version = await DecideAndFreezeAsync(projectId, finding, FindingDecision.Redact);

        var rows = await AllAsync(version.Id);
        Assert.DoesNotContain(rows, r => r.Contains('@', StringComparison.Ordinal));
        Assert.Contains("Write to [EMAIL_1] or [EMAIL_1]", rows);
        Assert.Contains("Mail [EMAIL_1] about it and [EMAIL_2]", rows);
        Assert.Equal(
            ["Mail anna@example.com about it and bob@example.com, [PHONE_9]", "of [EMAIL_10], [NOTHING_1] and anna@example.com"],
            await _kit.Redactor.RestoreAsync(projectId, ["Mail [EMAIL_1] about it and [EMAIL_2], [PHONE_9]", "of [EMAIL_10], [NOTHING_1] and [EMAIL_1]"], CancellationToken.None));

        await using var db = _kit.Database.CreateDbContext();
        Assert.Contains(await db.Examples.Select(e => e.Input).ToListAsync(), i => i.Contains("anna@example.com", StringComparison.Ordinal));
        Assert.All(await db.RedactedValues.ToListAsync(), v => Assert.DoesNotContain("example.com", v.Protected, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(["[EMAIL_1]"], await _kit.AsStranger().Redactor.RestoreAsync(projectId, ["[EMAIL_1]"], CancellationToken.None));
    }

    [Fact]
    public async Task Redact_TakenBack_NextVersionHasTheTextsAgain()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Write to anna@example.com please,card\n");
        var finding = await FindAsync(projectId, FindingRule.EmailAddress);
        await DecideAndFreezeAsync(projectId, finding, FindingDecision.Redact);

        await _kit.Findings.DecideAsync(finding.Id, null, CancellationToken.None);
        var second = await DecideAndFreezeAsync(projectId, finding, FindingDecision.Keep);

        Assert.Contains("Write to anna@example.com please", await AllAsync(second.Id));
        var history = await _kit.Findings.HistoryAsync(finding.ImportId, null, CancellationToken.None);
        Assert.Equal([FindingDecision.Keep, null, FindingDecision.Redact], history.Select(h => h.Decision));
    }

    [Fact]
    public async Task Fix_LabelSpellings_GivesThemTheCommonOneInTheVersionOnly()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + $"{DataKit.Sentence(500)},CARD\n{DataKit.Sentence(501)},Card\n");
        var finding = await FindAsync(projectId, FindingRule.LabelVariant);

        var version = await DecideAndFreezeAsync(projectId, finding, FindingDecision.Fix);

        Assert.Equal(2, version.LabelCount);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Equal(1, await db.Examples.CountAsync(e => e.Output == "CARD"));
    }

    [Fact]
    public async Task DecideRow_OverItsFinding_HoldsUntilTakenBack()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Where is my card,card\nWhere is my card,transfer\n");
        var finding = await FindAsync(projectId, FindingRule.ContradictoryOutput);
        await _kit.Findings.DecideAsync(finding.Id, FindingDecision.SetAside, CancellationToken.None);

        await _kit.Findings.DecideRowAsync(import.Id, 61, FindingDecision.Keep, CancellationToken.None);
        await _kit.Findings.DecideRowAsync(import.Id, 1, FindingDecision.Quarantine, CancellationToken.None);
        Assert.Equal([1, 62], await SetAsideAsync());

        await _kit.Findings.DecideRowAsync(import.Id, 1, null, CancellationToken.None);
        await _kit.Findings.DecideAsync(finding.Id, null, CancellationToken.None);
        Assert.Empty(await SetAsideAsync());
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.Findings.DecideRowAsync(import.Id, 999, FindingDecision.Keep, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.AsStranger().Findings.DecideRowAsync(import.Id, 1, FindingDecision.Keep, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.AsStranger().Findings.SamplesAsync(finding.Id, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Decide_AboutRowsWithFaultyFiles_DropsQuarantinesAndLetsThemBack()
    {
        var projectId = await _kit.CreateProjectAsync();
        var table = "picture,text,label\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"{(i > 38 ? "gone.png" : i is 38 ? "called.jpg" : "a.png")},{DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")}\n"));
        var import = await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.csv", System.Text.Encoding.UTF8.GetBytes(table)), ("a.png", MediaSamples.Png(4, 4)), ("called.jpg", MediaSamples.Png(5, 5))]), "rows.zip");
        var (missing, otherwise) = (await FindAsync(projectId, FindingRule.MediaMissing), await FindAsync(projectId, FindingRule.MediaOtherwise));
        Assert.Equal((false, true, true), (missing.IsOpen, missing.HasRows, otherwise.HasRows));
        Assert.Equal((38, 2, 0), await CountsAsync());

        await _kit.Findings.DecideAsync(missing.Id, FindingDecision.SetAside, CancellationToken.None);
        Assert.Equal((38, 0, 2), await CountsAsync());
        await _kit.Findings.DecideRowAsync(import.Id, 39, FindingDecision.Quarantine, CancellationToken.None);
        Assert.Equal((38, 1, 1), await CountsAsync());
        await _kit.Findings.DecideRowAsync(import.Id, 39, FindingDecision.Keep, CancellationToken.None);
        await _kit.Findings.DecideAsync(otherwise.Id, FindingDecision.Quarantine, CancellationToken.None);
        Assert.Equal((37, 2, 1), await CountsAsync());

        var waiting = await _kit.Rows.ListAsync(projectId, new RowQuery { Status = RowStatus.Quarantined }, CancellationToken.None);
        Assert.Equal([38, 39], waiting.Rows.Select(r => r.Number));
        Assert.Contains("not what it is called", waiting.Rows[0].Reason, StringComparison.Ordinal);
        Assert.Equal("called.jpg", Assert.Single(waiting.Media[38]).Name);

        await _kit.Findings.DecideRowAsync(import.Id, 38, FindingDecision.Keep, CancellationToken.None);
        await _kit.Findings.DecideRowAsync(import.Id, 39, null, CancellationToken.None);
        Assert.Equal((38, 0, 2), await CountsAsync());
        await _kit.Findings.DecideAsync(missing.Id, null, CancellationToken.None);
        Assert.Equal((38, 2, 0), await CountsAsync());

        async Task<(int, int, int)> CountsAsync()
        {
            var counts = (await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None)).Counts;
            return (counts.TakesPart, counts.Quarantined, counts.Dropped);
        }
    }

    [Fact]
    public async Task Decide_WhatTheRuleDoesNotOffer_IsRefused()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Where is my card,card\nWhere is my card,transfer\n");
        var finding = await FindAsync(projectId, FindingRule.ContradictoryOutput);

        await Assert.ThrowsAsync<PortalException>(() => _kit.Findings.DecideAsync(finding.Id, FindingDecision.Redact, CancellationToken.None));
    }

    [Fact]
    public async Task Import_RowsThatAnEarlierVersionSealed_AreFoundAndNotShown()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60));
        var first = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", first.Id, CancellationToken.None);
        var @sealed = await _kit.Examples.ReadSealedAsync(first.Id, 0, 100, CancellationToken.None);

        await _kit.ImportAsync(projectId, DataKit.Csv(90));

        var finding = await FindAsync(projectId, FindingRule.LeakedTestRow);
        Assert.Equal((@sealed.Count, false, ""), (finding.Count, finding.HasRows, finding.FirstRows));
        Assert.Empty(await _kit.Findings.SamplesAsync(finding.Id, 0, CancellationToken.None));
        var shown = await _kit.Rows.ListAsync(projectId, new RowQuery(), CancellationToken.None);
        Assert.Equal((90 - @sealed.Count, @sealed.Count), (shown.Total, shown.Counts.Sealed));
    }

    [Fact]
    public async Task Freeze_OfAFileWithItsOwnSplit_KeepsItAndWhatWasSealedStaysSealed()
    {
        var projectId = await _kit.CreateProjectAsync();
        string Line(int i, string split) => $"{DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")},{split}\n";
        await _kit.ImportAsync(projectId, "text,label,split\n" + string.Concat(Enumerable.Range(1, 60).Select(i => Line(i, i <= 40 ? "train" : i <= 50 ? "dev" : "test"))) + Line(55, "train"));
        var finding = await FindAsync(projectId, FindingRule.SplitLeak);
        Assert.Equal((1, "61", true), (finding.Count, finding.FirstRows, finding.IsOpen));

        var given = await DecideAndFreezeAsync(projectId, finding, FindingDecision.Keep);
        await using (var db = _kit.Database.CreateDbContext())
        {
            var splits = await db.FrozenExamples.Where(e => e.VersionId == given.Id).OrderBy(e => e.Number).Select(e => e.Split).ToListAsync(CancellationToken.None);
            Assert.Equal([.. Enumerable.Repeat(Split.Train, 40), .. Enumerable.Repeat(Split.Validation, 10), .. Enumerable.Repeat(Split.Test, 10), Split.Train], splits);
        }

        Assert.Equal((SplitMethod.AsGiven, 1), (given.SplitMethod, given.CrossingCount));
        var spread = await _kit.Versions.FreezeAsync(projectId, "", SplitMethod.Spread, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", spread.Id, CancellationToken.None);
        spread = (await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Latest!;
        Assert.Equal((2, 11, 11), (spread.Number, spread.TestCount, spread.StaySealedCount));
        await Assert.ThrowsAsync<PortalException>(() => _kit.Versions.FreezeAsync(projectId, "", SplitMethod.ByDate, CancellationToken.None));
    }

    [Fact]
    public async Task Samples_OfAFinding_MarkWhatIsMeantAndShowWhatRedactionMakes()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, DataKit.Csv(60) + "Write to anna@example.com please,card\n");
        var finding = await FindAsync(projectId, FindingRule.EmailAddress);

        var row = Assert.Single(await _kit.Findings.SamplesAsync(finding.Id, 0, CancellationToken.None));

        Assert.Equal("anna@example.com", Assert.Single(row.Input, p => p.IsMarked).Text);
        Assert.Equal(("Write to [EMAIL] please", null), (row.InputAfter, row.OutputAfter));
    }

    private async Task<Finding> FindAsync(string projectId, FindingRule rule) =>
        Assert.Single((await _kit.Datasets.OverviewAsync(projectId, CancellationToken.None)).Findings, f => f.Rule == rule);

    private async Task<DatasetVersion> DecideAndFreezeAsync(string projectId, Finding finding, FindingDecision decision)
    {
        await _kit.Findings.DecideAsync(finding.Id, decision, CancellationToken.None);
        var version = await _kit.Versions.FreezeAsync(projectId, "", null, CancellationToken.None);
        await _kit.Freezes.RunAsync("org_test", version.Id, CancellationToken.None);
        return await _kit.Examples.GetVersionAsync(version.Id, CancellationToken.None);
    }

    private async Task<List<string>> AllAsync(string versionId)
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.FrozenExamples.Where(e => e.VersionId == versionId).Select(e => e.Input).ToListAsync();
    }

    private async Task<List<int>> SetAsideAsync()
    {
        await using var db = _kit.Database.CreateDbContext();
        return await db.Examples.Where(e => e.SetAsideBy != null).Select(e => e.Number).OrderBy(n => n).ToListAsync();
    }
}
