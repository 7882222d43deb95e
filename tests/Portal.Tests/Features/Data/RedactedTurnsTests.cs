using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class RedactedTurnsTests : IDisposable
{
    private readonly DataKit _kit = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Redact_OfTurnsAndSystemTexts_KeepsTheirShapeAndLeavesNothingPersonal()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, string.Concat(Enumerable.Range(1, 30).Select(Line)), "turns.jsonl");
        Assert.Equal(30, import.AcceptedCount);
        var finding = (await _kit.Datasets.OverviewAsync(projectId, Ct)).Findings.Single(f => f.Rule is FindingRule.EmailAddress);
        // One of them stands in a system instruction alone.
        Assert.Equal(3, finding.Count);
        var samples = await _kit.Findings.SamplesAsync(finding.Id, 0, Ct);
        Assert.Contains(samples.Single(s => s.Number is 3).System, p => p is { IsMarked: true, Text: "desk@example.com" });
        Assert.Contains("[EMAIL]", samples.Single(s => s.Number is 3).SystemAfter, StringComparison.Ordinal);

        await _kit.Findings.DecideAsync(finding.Id, FindingDecision.Redact, Ct);
        await _kit.DecideAsync(projectId);
        await _kit.FreezeAsync(projectId);

        await using var db = _kit.Database.CreateDbContext();
        var rows = await db.FrozenExamples.OrderBy(e => e.Number).ToListAsync(Ct);
        Assert.All(rows, r => Assert.DoesNotContain("example.com", r.Input + r.Output + r.System + r.Content, StringComparison.Ordinal));
        Assert.All(rows, r => Assert.NotNull(r.Content));
        Assert.Contains("\"text\":\"Write to [EMAIL_1] please", rows[0].Content, StringComparison.Ordinal);
        Assert.Contains("\"args\":{\"to\":\"[EMAIL_", rows[1].Content, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"send_mail\"", rows[1].Content, StringComparison.Ordinal);
        Assert.Contains("[EMAIL_", rows[2].System, StringComparison.Ordinal);
        Assert.All(rows.Where(r => r.Content is not null), r => Assert.Contains("\"role\":\"model\"", r.Content, StringComparison.Ordinal));
    }

    [Fact]
    public async Task RestoredRows_ForWhoeverMayChangeData_ShowTheValuesAndStandInTheLog()
    {
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, "text,label\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"Write to anna@example.com about {DataKit.Sentence(i)},{(i % 2 is 0 ? "card" : "transfer")}\n")));
        await _kit.DecideAsync(projectId, f => f.Choices.Contains(FindingDecision.Redact) ? FindingDecision.Redact : FindingDecision.Keep);
        var version = await _kit.FreezeAsync(projectId);

        var shown = await _kit.Versions.RowsAsync(version.Id, Split.Train, "", 0, Ct);
        var restored = await _kit.Versions.RestoredRowsAsync(version.Id, Split.Train, "", 0, Ct);

        Assert.All(shown.Rows, r => Assert.StartsWith("Write to [EMAIL_1]", r.Input, StringComparison.Ordinal));
        Assert.All(restored.Rows, r => Assert.StartsWith("Write to anna@example.com", r.Input, StringComparison.Ordinal));
        Assert.Empty((await _kit.Versions.RestoredRowsAsync(version.Id, Split.Test, "", 0, Ct)).Rows);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Equal(2, await db.Set<AuditEntry>().CountAsync(a => a.Action == "redaction.restored", Ct));
    }

    [Fact]
    public async Task Redact_OfTurnsWithAFileAndACall_LeavesNothingPersonalInEither()
    {
        // Several pages: what one of them redacts is kept while the one before is written.
        _kit.Options.BatchRows = 2;
        var projectId = await _kit.CreateProjectAsync();
        var lines = string.Concat(Enumerable.Range(1, 30).Select(i => $$$$$"""
            {"contents":[{"role":"user","parts":[{"fileData":{"mimeType":"image/png","fileUri":"{{{{{(i is 3 ? "of anna@example.com (3).png" : $"of {i}.png")}}}}}"}},{"text":"{{{{{DataKit.Sentence(i)}}}}}"}]},{"role":"model","parts":[{"functionCall":{"name":"send_mail","args":{"to":"{{{{{(i is 1 ? "bob@example.com" : DataKit.Sentence(i + 1_000))}}}}}"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"send_mail","response":{"state":"{{{{{(i is 2 ? "carl@example.com is away" : DataKit.Sentence(i + 2_000))}}}}}"}}}]},{"role":"model","parts":[{"text":"{{{{{(i % 2 is 0 ? "Done" : "Sent")}}}}}"}]}]}

            """));
        var files = Enumerable.Range(1, 30).Select(i => (i is 3 ? "of anna@example.com (3).png" : $"of {i}.png", MediaSamples.Png(8, 8, i)));
        var import = await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.jsonl", System.Text.Encoding.UTF8.GetBytes(lines)), .. files]), "turns.zip");
        Assert.Equal(30, import.AcceptedCount);
        foreach (var open in (await _kit.Datasets.OverviewAsync(projectId, Ct)).Findings.Where(f => f.IsOpen || f.Rule is FindingRule.EmailAddress))
        {
            Assert.True(open.Rule is not FindingRule.EmailAddress || open.Count is 3);
            await _kit.Findings.DecideAsync(open.Id, open.Rule is FindingRule.EmailAddress ? FindingDecision.Redact : FindingDecision.Keep, Ct);
        }

        var version = await _kit.FreezeAsync(projectId);

        await using var db = _kit.Database.CreateDbContext();
        var rows = await db.FrozenExamples.Where(e => e.VersionId == version.Id).OrderBy(e => e.Number).ToListAsync(Ct);
        Assert.Equal(30, rows.Count);
        Assert.All(rows, r => Assert.DoesNotContain("example.com", r.Input + r.Output + r.System + r.Content, StringComparison.Ordinal));
        Assert.All(rows, r => Assert.Single(MediaAddress.HashesIn(r.Content)));
        Assert.Matches(@"""args"":\{""to"":""\[EMAIL_\d\]""\}", rows[0].Content);
        Assert.Matches(@"send_mail\(\{""to"":""\[EMAIL_\d\]""\}\)", rows[0].Input);
        Assert.Matches(@"""response"":\{""state"":""\[EMAIL_\d\] is away""\}", rows[1].Content);
        Assert.Matches(@"/of \[EMAIL_\d\] \(3\)\.png""", rows[2].Content);
        Assert.Matches(@"^User: \[of \[EMAIL_\d\] \(3\)\.png\]", rows[2].Input);
    }

    public void Dispose() => _kit.Dispose();

    private static string Line(int i)
    {
        var (system, first, call) = (
            i is 3 ? "Answer for desk@example.com" : "Answer briefly",
            i is 1 ? "Write to anna@example.com please" : DataKit.Sentence(i),
            i is 2 ? "bob@example.com" : DataKit.Sentence(i + 1_000));
        return $$$$$"""
            {"systemInstruction":{"parts":[{"text":"{{{{{system}}}}}"}]},"contents":[{"role":"user","parts":[{"text":"{{{{{first}}}}}"}]},{"role":"model","parts":[{"functionCall":{"name":"send_mail","args":{"to":"{{{{{call}}}}}"}}}]},{"role":"user","parts":[{"functionResponse":{"name":"send_mail","response":{"state":"{{{{{DataKit.Sentence(i + 2_000)}}}}}"}}}]},{"role":"model","parts":[{"text":"{{{{{(i % 2 is 0 ? "Done" : "Sent")}}}}}"}]}]}

            """;
    }
}
