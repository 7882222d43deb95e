using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class MediaImportTests : IDisposable
{
    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task Import_AZipWithRecordings_MatchesNamesAndSaysWhatIsWrong()
    {
        await _kit.Catalogue.SeedAsync(CancellationToken.None);
        var projectId = await _kit.CreateProjectAsync();
        var rows = new StringBuilder("recording,note\n");
        List<(string, byte[])> files = [];
        for (var i = 1; i <= 30; i++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"visit-{i:00}.wav,Note of visit {i}\n");
            files.Add(($"set/recordings/visit-{i:00}.wav", MediaSamples.Wav(200 + (i * 10), 0.2, i)));
        }

        rows.Append("recordings/visit-01.wav,Note by its path\nVISIT-02.WAV,Note in capitals\n");
        rows.Append("gone.wav,Note of nothing\ntwin.png,Which of two\ntext.wav,A text with a wrong name\nphoto.wav,A picture with a wrong name\nlong.wav,Too long for every model\n");
        string[] addresses = ["gs://other/a.wav", "https://169.254.169.254/x", "file:///etc/passwd", "../outside.wav", "%2e%2e/outside.wav", "GS://OTHER/a.wav", "/etc/passwd", "C:\\a.wav"];
        foreach (var address in addresses)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{address},An address\n");
        }

        files.AddRange([("set/a/twin.PNG", MediaSamples.Png(2, 2, 1)), ("set/b/Twin.png", MediaSamples.Png(2, 2, 2)), ("set/text.wav", "no sound"u8.ToArray()), ("set/photo.wav", MediaSamples.Png(9, 9, 3)), ("set/long.wav", Slow(MediaSamples.Wav(440, 0.5))), ("set/unused.png", MediaSamples.Png(5, 5, 4)), ("__MACOSX/._a", [1])]);
        var zip = SourceCorpus.ZipOf([("set/rows.csv", Encoding.UTF8.GetBytes(rows.ToString())), .. files]);

        var receipt = await _kit.Uploads.ReceiveAsync(projectId, "visits.zip", new MemoryStream(zip), null, CancellationToken.None);
        var preview = await _kit.Datasets.PreviewAsync(receipt.ImportId, null, CancellationToken.None);
        Assert.Equal(("{{recording}}", "", "{{note}}"), (preview.Mapping.Media, preview.Mapping.Input, preview.Mapping.Output));
        var mapping = preview.Mapping with { Input = "Write the note of this visit." };
        var importId = await _kit.Datasets.StartImportAsync(receipt.ImportId, preview.Layout, mapping, CancellationToken.None);
        await _kit.Imports.RunAsync("org_test", importId, CancellationToken.None);

        await using var db = _kit.Database.CreateDbContext();
        var import = await db.DatasetImports.SingleAsync(i => i.Id == importId);
        Assert.Equal((ImportState.Imported, ""), (import.State, import.Failure));
        var found = (await _kit.Findings.ListAsync(importId, null, CancellationToken.None)).ToDictionary(f => f.Rule);
        Assert.Equal((addresses.Length, 1, 1, 1), (found[FindingRule.MediaAddress].Count, found[FindingRule.MediaMissing].Count, found[FindingRule.MediaUnclear].Count, found[FindingRule.MediaUnreadable].Count));
        Assert.Equal((1, "36"), (found[FindingRule.MediaOtherwise].Count, found[FindingRule.MediaOtherwise].FirstRows));
        Assert.Equal((FindingSeverity.NeedsDecision, "37"), (found[FindingRule.MediaOverLimit].Severity, found[FindingRule.MediaOverLimit].FirstRows));
        Assert.StartsWith("1 row: audio longer than 60 minutes (Gemini", found[FindingRule.MediaOverLimit].Remedy, StringComparison.Ordinal);
        Assert.StartsWith("\"set/unused.png\".", found[FindingRule.MediaUnused].Remedy, StringComparison.Ordinal);
        Assert.DoesNotContain(FindingRule.NearContradiction, found.Keys);
        Assert.DoesNotContain(FindingRule.Flattened, found.Keys);
        var reasons = await db.Examples.Where(e => e.ImportId == importId && e.SetAsideBy != null).OrderBy(e => e.Number).Select(e => e.Reason).ToListAsync();
        Assert.Contains("\"gone.wav\"", reasons[0], StringComparison.Ordinal);
        Assert.Contains("set/b/Twin.png", reasons[1], StringComparison.Ordinal);
        var first = await db.Examples.SingleAsync(e => e.ImportId == importId && e.Number == 1);
        Assert.Equal("[visit-01.wav]\nWrite the note of this visit.", first.Input);
        Assert.Equal(30 + 2, await db.MediaFiles.CountAsync());
        var recording = await db.MediaFiles.SingleAsync(m => m.Sha256 == MediaAddress.HashesIn(first.Content).Single());
        Assert.Equal((MediaKind.Audio, "audio/wav", 200L), (recording.Kind, recording.MimeType, recording.Milliseconds));
    }

    [Fact]
    public async Task Freeze_RowsWithPictures_KeepsThemWithTheVersionAndShowsNoSealedOne()
    {
        var projectId = await _kit.CreateProjectAsync();
        var version = await FreezeAsync(projectId, 40);

        await using var db = _kit.Database.CreateDbContext();
        var splits = await db.VersionMedia.Where(v => v.VersionId == version.Id).GroupBy(v => v.Split).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count);
        Assert.Equal((version.TrainCount, version.ValidationCount, version.TestCount), (splits[Split.Train], splits[Split.Validation], splits[Split.Test]));
        var shown = await _kit.Versions.RowsAsync(version.Id, Split.Train, "", 0, CancellationToken.None);
        var file = Assert.Single(shown.Media[shown.Rows[0].Number]);
        Assert.Equal((MediaKind.Image, 10), (file.Kind, file.Width));
        await using (var opened = (await _kit.Media.OpenAsync(projectId, file.Id, CancellationToken.None)).Content)
        {
            Assert.Equal(0x89, opened.ReadByte());
        }

        var hidden = await db.VersionMedia.FirstAsync(v => v.Split == Split.Test);
        await Assert.ThrowsAsync<NotFoundException>(() => _kit.Media.OpenAsync(projectId, hidden.MediaId, CancellationToken.None));
        Assert.Equal(file, Assert.Single((await _kit.Rows.GetAsync(projectId, shown.Rows[0].Number, CancellationToken.None)).Media));

        // The same again, without the sealed rows' names: what was sealed stays sealed by its pictures.
        var again = await FreezeAsync(projectId, 40, prefix: "other-");
        var before = (await db.VersionMedia.Where(v => v.VersionId == version.Id && v.Split == Split.Test).Select(v => v.MediaId).ToListAsync()).ToHashSet();
        var after = (await db.VersionMedia.Where(v => v.VersionId == again.Id && v.Split == Split.Test).Select(v => v.MediaId).ToListAsync()).ToHashSet();
        Assert.Superset(before, after);
        Assert.Equal(40, await db.MediaFiles.CountAsync());
    }

    [Fact]
    public async Task Import_MediaInsideLines_IsCheckedAndDownloadsComeBack()
    {
        var projectId = await _kit.CreateProjectAsync();
        var lines = new StringBuilder();
        for (var i = 0; i < 24; i++)
        {
            var png = Convert.ToBase64String(MediaSamples.Png(10, 10, i));
            object part = i switch
            {
                0 => new { inlineData = new { mimeType = "image/jpeg", data = png } },
                1 => new { inlineData = new { mimeType = "image/png", data = png[..^3] + "*" } },
                2 => new { inlineData = new { mimeType = "image/png", data = Convert.ToBase64String("<svg/>"u8) } },
                3 => new { fileData = new { mimeType = "image/png", fileUri = "https://example.com/a.png" } },
                _ => new { inlineData = new { mimeType = "image/png", data = png } },
            };
            lines.Append(i % 2 is 1 && i > 4
                ? JsonSerializer.Serialize(new { messages = new object[] { new { role = "user", content = new object[] { new { type = "image_url", image_url = new { url = "data:image/png;base64," + png } }, new { type = "text", text = "What is it?" } } }, new { role = "assistant", content = $"answer {i % 3}" } } })
                : JsonSerializer.Serialize(new { contents = new object[] { new { role = "user", parts = new[] { part, new { text = "What is it?" } } }, new { role = "model", parts = new[] { new { text = $"answer {i % 3}" } } } } })).Append('\n');
        }

        var import = await _kit.ImportAsync(projectId, lines.ToString(), "rows.jsonl");

        var found = (await _kit.Findings.ListAsync(import.Id, null, CancellationToken.None)).ToDictionary(f => f.Rule);
        Assert.Equal((21, "2, 3", "4", "1"), (import.AcceptedCount, found[FindingRule.MediaUnreadable].FirstRows, found[FindingRule.MediaAddress].FirstRows, found[FindingRule.MediaOtherwise].FirstRows));

        var frozen = await FreezeAsync(projectId);
        var rows = await _kit.Examples.ReadAsync(frozen.Id, Split.Train, 0, 100, CancellationToken.None);
        foreach (var (name, text) in new[] { ("gemini.jsonl", string.Concat(rows.Select(r => GeminiLine.Of(r) + "\n"))), ("openai.jsonl", string.Concat(rows.Select(r => OpenAiLine.Of(r) + "\n"))), ("rows.csv", DownloadedTable.Header + string.Concat(rows.Select(DownloadedTable.Line))) })
        {
            var back = await _kit.ImportAsync(projectId, text, name);
            Assert.Equal((ImportState.Imported, rows.Count), (back.State, back.AcceptedCount));
            await using var db = _kit.Database.CreateDbContext();
            Assert.Equal(rows.Select(r => (r.Input, r.Output, r.Content)), (await db.Examples.Where(e => e.ImportId == back.Id).OrderBy(e => e.Number).ToListAsync()).Select(e => (e.Input, e.Output, e.Content)));
        }
    }

    [Fact]
    public async Task Import_ThatDoesNotFit_FailsAndLeavesNoFile()
    {
        var projectId = await _kit.CreateProjectAsync();
        var zip = SourceCorpus.ZipOf([("rows.csv", "picture,label\na.png,x\nb.wav,y\n"u8.ToArray()), ("a.png", MediaSamples.Png(4, 4)), ("b.wav", MediaSamples.Wav(0, 10))]);
        _kit.Options.QuotaBytes = zip.Length + 10_000;

        var import = await _kit.ImportAsync(projectId, zip, "large.zip");

        Assert.Equal(ImportState.Failed, import.State);
        Assert.Contains("do not fit unpacked", import.Failure, StringComparison.Ordinal);
        await using var db = _kit.Database.CreateDbContext();
        Assert.Equal(0, await db.MediaFiles.CountAsync());
        // What was uploaded, and nothing that was unpacked of it.
        Assert.Equal(zip.Length, new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(_kit.Database.Folder, "blobs"), "*", SearchOption.AllDirectories))).Length);
    }

    [Fact]
    public void Holds_AListOfNames_AsARowIsReadLater() =>
        Assert.True(new MediaShelf([new ZipItem("a.png", 0, 0, 1, 1, 0)], "rows.csv").Holds(" [\"a.png\", \"b.png\"]"));

    private async Task<DatasetVersion> FreezeAsync(string projectId, int rows, string prefix = "")
    {
        var table = new StringBuilder("picture,label\n");
        List<(string, byte[])> files = [];
        for (var i = 1; i <= rows; i++)
        {
            table.Append(CultureInfo.InvariantCulture, $"pictures/{prefix}{i}.png,{(i % 2 is 0 ? "cat" : "dog")}\n");
            files.Add(($"pictures/{prefix}{i}.png", MediaSamples.Png(10, 10, i)));
        }

        await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.csv", Encoding.UTF8.GetBytes(table.ToString())), .. files]), $"{prefix}pictures.zip");
        return await FreezeAsync(projectId);
    }

    private async Task<DatasetVersion> FreezeAsync(string projectId)
    {
        await _kit.DecideAsync(projectId);
        return await _kit.FreezeAsync(projectId);
    }

    /// <summary>The same sound, said to be played so slowly that it lasts for more than an hour.</summary>
    private static byte[] Slow(byte[] wav)
    {
        BitConverter.TryWriteBytes(wav.AsSpan(24), 1);
        BitConverter.TryWriteBytes(wav.AsSpan(28), 1);
        return wav;
    }
}
