using System.IO.Compression;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class DownloadTests : IDisposable
{
    private const string Tools = """
        [{"type":"function","function":{"name":"find_order","description":"Finds an order","parameters":{"type":"object","properties":{
        "number":{"type":"string","description":"As on the invoice"},"type":{"type":["string","null"],"enum":["shop","web"]},"lines":{"type":"array","items":{"type":"integer"}},
        "nullable":{"anyOf":[{"type":"number"},{"type":"boolean"}]}},"required":["number"]}}},{"type":"function","function":{"name":"now"}}]
        """;

    private static readonly CancellationToken s_ct = CancellationToken.None;

    /// <summary>What breaks files: formulas and what looks like their cure, quotes, line breaks of all kinds, other scripts, a row that is told to be kept apart.</summary>
    private static readonly (string Input, string Output, string System)[] s_texts =
    [
        ("=HYPERLINK(\"http://x.example\",\"open me please\")", "-2 degrees, \"below\" zero", "@you answer kindly"),
        ("'tis an apostrophe of its own", "'=and one before a formula", ""),
        ("  +49 with spaces around  ", "\tbegins with a tab", "＝full width"),
        ("two\r\nlines; and a\nthird, \"quoted\"", "ends in a break\n", "línea ünd 日本語 😀"),
        ("write to frieda.lampe@firma.example about parcels", "{\"kind\": \"mail\"}", "You sort mail."),
    ];

    private readonly DataKit _kit = new();

    public void Dispose() => _kit.Dispose();

    [Fact]
    public async Task EveryShape_UploadedAgain_GivesTheSameRows()
    {
        await EnterAsync(MemberRole.Editor);
        var (projectId, version) = await FreezeAsync();
        Dictionary<Split, IReadOnlyList<VersionExample>> frozen = [];
        foreach (var split in new[] { Split.Train, Split.Validation })
        {
            frozen[split] = await _kit.Examples.ReadAsync(version.Id, split, 0, 1_000, s_ct);
        }

        Assert.Equal((4, 4), (frozen[Split.Train].Count(r => r.Content is not null), frozen[Split.Train].Count(r => r.Content is null && r.System is not "")));
        Assert.DoesNotContain(frozen[Split.Train], r => r.Input.Contains("frieda", StringComparison.Ordinal));
        Assert.Contains(frozen[Split.Train], r => r.Input.StartsWith("write to ", StringComparison.Ordinal));
        var sealedRows = await _kit.Examples.ReadSealedAsync(version.Id, 0, 100, s_ct);
        Assert.NotEmpty(sealedRows);
        foreach (var (split, shape) in from split in frozen.Keys from shape in Enum.GetValues<DownloadShape>() select (split, shape))
        {
            var (name, file) = await DownloadAsync(_kit, projectId, version.Id, SplitMethods.Word(split), DownloadShapes.Ending(shape));
            Assert.Equal($"version-1-{(split is Split.Train ? "training" : "validation")}-{DownloadShapes.Ending(shape)}", name);
            var text = DownloadShapes.IsZip(shape) ? Assert.Single(Unpacked(file)).Value : file;
            Assert.All(sealedRows, r => Assert.DoesNotContain(r.Input, Encoding.UTF8.GetString(text), StringComparison.Ordinal));

            var import = await _kit.ImportAsync(projectId, file, name);

            await AssertSameAsync(frozen[split], import, shape);
        }

        await using var db = _kit.Database.CreateDbContext();
        var log = await db.Set<AuditEntry>().Where(e => e.Action == "version.downloaded").OrderBy(e => e.Sequence).ToListAsync(s_ct);
        Assert.Equal(12, log.Count);
        Assert.All(log, e => Assert.Equal(("Olivia", version.Id, projectId), (e.ActorName, e.TargetId, e.ProjectId)));
        Assert.Equal(($"{frozen[Split.Train].Count} training rows as Gemini JSONL", "3 validation rows as CSV in a ZIP with 0 files"), (log[0].Details, log[^1].Details));
    }

    [Fact]
    public async Task Zip_UploadedToAnotherProject_GivesTheSameRowsAndFiles()
    {
        var (projectId, version) = await FreezeMediaAsync();
        var sealedAlone = MediaSamples.Pdf(50);
        foreach (var (split, ending) in from split in new[] { "training", DownloadedSplits.Both } from ending in new[] { "gemini.zip", "openai.zip", "rows.zip" } select (split, ending))
        {
            var (name, file) = await DownloadAsync(_kit, projectId, version.Id, split, ending);
            var inside = Unpacked(file);
            Assert.Equal(ending is "rows.zip" ? "rows.csv" : "rows.jsonl", inside.Keys.First());
            Assert.All(inside.Skip(1), f => Assert.Equal($"media/{Sha(f.Value)}", f.Key[..f.Key.LastIndexOf('/')]));
            Assert.Equal(inside.Count - 1, inside.Skip(1).Select(f => Sha(f.Value)).Distinct().Count());
            Assert.DoesNotContain(inside, f => f.Value.AsSpan().SequenceEqual(sealedAlone));
            Assert.DoesNotContain("media:", Encoding.UTF8.GetString(inside.First().Value), StringComparison.Ordinal);

            var elsewhere = await _kit.CreateProjectAsync();
            var import = await _kit.ImportAsync(elsewhere, file, name);

            List<VersionExample> frozen = [.. await _kit.Examples.ReadAsync(version.Id, Split.Train, 0, 100, s_ct), .. split is "training" ? [] : await _kit.Examples.ReadAsync(version.Id, Split.Validation, 0, 100, s_ct)];
            await AssertSameAsync(frozen, import, DownloadShapes.Named(ending)!.Value); // in the list above
            await using var db = _kit.Database.CreateDbContext();
            var files = await db.MediaFiles.Where(m => m.ProjectId == elsewhere).ToListAsync(s_ct);
            Assert.Equal(frozen.SelectMany(r => MediaAddress.HashesIn(r.Content)).ToHashSet(), files.Select(m => m.Sha256).ToHashSet());
            Assert.Equal([MediaKind.Image, MediaKind.Audio, MediaKind.Document], files.Select(m => m.Kind).Distinct().Order());
        }

        var again = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(again, (await DownloadAsync(_kit, projectId, version.Id, DownloadedSplits.Both, "rows.zip")).File, "rows.zip");
        await _kit.DecideAsync(again);
        var copy = await _kit.FreezeAsync(again);
        Assert.Equal((SplitMethod.AsGiven, version.ValidationCount), (copy.SplitMethod, copy.ValidationCount));
        Assert.Equal(await TextsAsync(version), await TextsAsync(copy));

        async Task<IEnumerable<(string, string, string?, string)>> TextsAsync(DatasetVersion of) =>
            (await _kit.Examples.ReadAsync(of.Id, Split.Validation, 0, 100, s_ct)).Select(r => (r.Input, r.Output, r.Content, r.SourceId));
    }

    [Fact]
    public async Task Zip_WhoeverHangsUpOrLosesTheRight_GetsNoWholeArchive()
    {
        await EnterAsync(MemberRole.Editor);
        var (projectId, version) = await FreezeMediaAsync();
        using var hungUp = new CancellationTokenSource();
        var body = new ReportingStream(_ => hungUp.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _kit.DownloadedArchive.WriteAsync(version, [Split.Train], DownloadShape.Csv, body, hungUp.Token));

        await EnterAsync(MemberRole.Editor);
        var whole = new ReportingStream(_ => { });
        await _kit.DownloadedArchive.WriteAsync(version, [Split.Train], DownloadShape.Csv, whole, s_ct);
        var ended = new ReportingStream(written => _kit.Current.Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, written > whole.Length / 2 ? MemberRole.Billing : MemberRole.Editor), Olivia()));
        await Assert.ThrowsAsync<ForbiddenException>(() => _kit.DownloadedArchive.WriteAsync(version, [Split.Train], DownloadShape.Csv, ended, s_ct));
        Assert.All([body, ended], b => Assert.Throws<InvalidDataException>(() => new ZipArchive(new MemoryStream(b.ToArray()))));

        await EnterAsync(MemberRole.Editor);
        await using var db = _kit.Database.CreateDbContext();
        var log = await db.Set<AuditEntry>().CountAsync(e => e.Action == "version.downloaded", s_ct);
        var versioned = db.VersionMedia;
        _kit.Blobs.Delete(await db.MediaFiles.Where(m => versioned.Any(v => v.MediaId == m.Id && v.Split == Split.Train)).Select(m => m.BlobName).FirstAsync(s_ct));
        Assert.Contains("no longer there", await RefusedAsync<PortalException>(_kit, projectId, version.Id, "training", "rows.zip"), StringComparison.Ordinal);
        Assert.Equal(log, await db.Set<AuditEntry>().CountAsync(e => e.Action == "version.downloaded", s_ct));
    }

    [Fact]
    public async Task Files_AreWhatTheirReadersExpect()
    {
        var (projectId, version) = await FreezeAsync();

        var gemini = (await TextAsync("gemini.jsonl")).TrimEnd('\n').Split('\n');
        var openAi = (await TextAsync("openai.jsonl")).TrimEnd('\n').Split('\n');
        var csv = await TextAsync("rows.csv");

        Assert.Equal((version.TrainCount, version.TrainCount), (gemini.Length, openAi.Length));
        var first = System.Text.Json.JsonSerializer.Deserialize<VertexGenerateContentRequest>(gemini[0], VertexJson.Options);
        Assert.Equal(s_texts[0].System, first?.SystemInstruction?.Parts.Single().Text);
        Assert.Equal(["user", "model"], first?.Contents.Select(c => c.Role));
        var called = JsonNode.Parse(openAi[s_texts.Length]);
        var messages = Assert.IsType<JsonArray>(called?["messages"]);
        Assert.Equal(["system", "user", "assistant", "tool", "tool", "assistant"], messages.Select(m => (string?)m?["role"]));
        var calls = Assert.IsType<JsonArray>(messages[2]?["tool_calls"]);
        Assert.Equal("{\"number\":\"A-1\",\"lines\":[1,2.50]}", (string?)calls[0]?["function"]?["arguments"]);
        Assert.Equal(calls.Select(c => (string?)c?["id"]), messages.Skip(3).Take(2).Select(m => (string?)m?["tool_call_id"]));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Tools), called?["tools"]), called?["tools"]?.ToJsonString());
        Assert.StartsWith("\uFEFF\"input\",\"output\",", csv, StringComparison.Ordinal);
        Assert.Contains("\r\n\"'=HYPERLINK(\"\"http://x.example", csv, StringComparison.Ordinal);
        Assert.DoesNotContain("\r\n\"=", csv, StringComparison.Ordinal);

        async Task<string> TextAsync(string ending) => Encoding.UTF8.GetString((await DownloadAsync(_kit, projectId, version.Id, "training", ending)).File);
    }

    [Fact]
    public async Task WhoMayNot_IsRefused_AndNothingIsRecorded()
    {
        var (projectId, version) = await FreezeAsync();
        using var strangers = _kit.AsStranger();
        var elsewhere = await strangers.CreateProjectAsync();

        var theirs = await RefusedAsync<NotFoundException>(strangers, elsewhere, version.Id);
        Assert.Equal(theirs, await RefusedAsync<NotFoundException>(strangers, elsewhere, "ver_never"));
        Assert.Equal(await RefusedAsync<NotFoundException>(strangers, "prj_never", version.Id), await RefusedAsync<NotFoundException>(strangers, projectId, version.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => ReadAsync(strangers, version.Id, Split.Train));
        Assert.Equal(theirs, await RefusedAsync<NotFoundException>(_kit, await _kit.CreateProjectAsync(), version.Id));
        await RefusedAsync<NotFoundException>(_kit, projectId, version.Id, "everything");
        await RefusedAsync<NotFoundException>(_kit, projectId, version.Id, "training", "rows.parquet");
        Assert.Contains("sealed", await RefusedAsync<PortalException>(_kit, projectId, version.Id, "test", "rows.zip"), StringComparison.Ordinal);
        await RefusedAsync<PortalException>(_kit, projectId, version.Id, "test");
        await Assert.ThrowsAsync<PortalException>(() => ReadAsync(_kit, version.Id, Split.Test));
        await EnterAsync(MemberRole.Billing);
        await RefusedAsync<ForbiddenException>(_kit, projectId, version.Id);
        await Assert.ThrowsAsync<ForbiddenException>(() => ReadAsync(_kit, version.Id, Split.Train));

        await using var db = _kit.Database.CreateDbContext();
        Assert.False(await db.Set<AuditEntry>().AnyAsync(e => e.Action == "version.downloaded", s_ct));
    }

    [Fact]
    public async Task Table_ChangedInASpreadsheet_SaysWhatItSaysNow()
    {
        var projectId = await _kit.CreateProjectAsync();
        var row = new VersionExample(1, "User: x", "y", Split.Train, "=1", """{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"text":"y"}]}]}""");
        var table = DownloadedTable.Header + DownloadedTable.Line(row with { Output = "other" }) + DownloadedTable.Line(row with { Content = "{\"contents\":[{\"ro" })
            // Somebody took the apostrophe out: there is none to take out again.
            + DownloadedTable.Line(row with { Content = null }).Replace("'=1", "=1", StringComparison.Ordinal);

        var import = await _kit.ImportAsync(projectId, table);

        await using var db = _kit.Database.CreateDbContext();
        var rows = await db.Examples.Where(e => e.ImportId == import.Id).OrderBy(e => e.Number).ToListAsync(s_ct);
        Assert.Equal([("other", "=1", null, null), ("", "", null, FindingRule.Unreadable), ("y", "=1", null, null)], rows.Select(e => (e.Output, e.System, e.Content, e.SetAsideBy)));
        Assert.Contains("\"contents\" is no conversation any more", rows[1].Reason, StringComparison.Ordinal);
    }

    private async Task EnterAsync(MemberRole role)
    {
        await _kit.Database.SetMemberAsync("org_test", "usr_olivia", role);
        _kit.Current.Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role),
            Olivia());
    }

    private static ClaimsPrincipal Olivia() => new(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_olivia"), new Claim("name", "Olivia")]));

    private static string Sha(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>Pictures, sounds and documents under names that make trouble in an archive; some under two names, some in sealed rows alone, one in both.</summary>
    private async Task<(string ProjectId, DatasetVersion Version)> FreezeMediaAsync()
    {
        var table = new StringBuilder("file,question,label,set,ticket\n");
        List<(string, byte[])> files = [];
        string[] names = ["Größe & 100%.png", "日本語 😀.png", "plan.v2 final.png", "what?.png", "it's \"quoted\".png", new string('n', 117) + "NUL.png"];
        for (var i = 1; i <= 24; i++)
        {
            var (name, content) = (i % 3) switch
            {
                0 => ($"{i}.wav", MediaSamples.Wav(200 + (i * 10), 0.2, i)),
                1 => (names.ElementAtOrDefault(i / 3) ?? $"{i}.png", MediaSamples.Png(10, 10, i)),
                _ => ($"{i}.pdf", MediaSamples.Pdf(i is 23 ? 50 : i)),
            };
            Add($"in/{i}/{name}", content, i switch { > 21 => "test", > 17 => "validation", _ => "train" }, $"What is shown in case {i}?", i);
        }

        Add("in/once more.png", MediaSamples.Png(10, 10, 1), "train", "The same picture by another name", 25);
        Add("in/sealed too.png", MediaSamples.Png(10, 10, 4), "test", "A picture that is learnt from too", 26);
        var projectId = await _kit.CreateProjectAsync();
        await _kit.ImportAsync(projectId, SourceCorpus.ZipOf([("rows.csv", Encoding.UTF8.GetBytes(table.ToString())), .. files]), "source.zip",
            m => m with { Input = RowTemplate.Of("question"), Output = RowTemplate.Of("label"), Media = RowTemplate.Of("file"), Split = "set", SourceId = "ticket" });
        await _kit.DecideAsync(projectId);
        var begun = await _kit.Versions.FreezeAsync(projectId, "", SplitMethod.AsGiven, s_ct);
        await _kit.Freezes.RunAsync("org_test", begun.Id, s_ct);
        var version = await _kit.Examples.GetVersionAsync(begun.Id, s_ct);
        Assert.Equal((18, 4, 4), (version.TrainCount, version.ValidationCount, version.TestCount));
        return (projectId, version);

        void Add(string path, byte[] content, string set, string question, int number)
        {
            table.Append(System.Globalization.CultureInfo.InvariantCulture, $"\"{path.Replace("\"", "\"\"", StringComparison.Ordinal)}\",{question},{(number % 2 is 0 ? "keep" : "send")},{set},T-{number}\n");
            files.Add((path, content));
        }
    }

    private async Task<(string ProjectId, DatasetVersion Version)> FreezeAsync()
    {
        var projectId = await _kit.CreateProjectAsync();
        var import = await _kit.ImportAsync(projectId, Source(), "source.jsonl", m => m with { Slice = "team", SourceId = "ticket", Split = "set" });
        foreach (var open in (await _kit.Findings.ListAsync(import.Id, null, s_ct)).Where(f => f.IsOpen || f.Rule is FindingRule.EmailAddress))
        {
            await _kit.Findings.DecideAsync(open.Id, open.Rule is FindingRule.EmailAddress ? FindingDecision.Redact : FindingDecision.Keep, s_ct);
        }

        var version = await _kit.Versions.FreezeAsync(projectId, "", SplitMethod.AsGiven, s_ct);
        await _kit.Freezes.RunAsync("org_test", version.Id, s_ct);
        return (projectId, await _kit.Examples.GetVersionAsync(version.Id, s_ct));
    }

    private static string Source()
    {
        var text = new StringBuilder();
        foreach (var (input, output, system) in s_texts)
        {
            Add("train", Message("system", system), Message("user", input), Message("assistant", output));
        }

        Add("train", Message("system", "Use the tools."), Message("user", "Where are my two orders from the garden shop?"),
            """{"role":"assistant","content":"I look.","tool_calls":[{"id":"x","type":"function","function":{"name":"find_order","arguments":"{\"number\": \"A-1\", \"lines\": [1, 2.50]}"}},{"id":"y","type":"function","function":{"name":"find_order","arguments":"{}"}}]}""",
            """{"role":"tool","tool_call_id":"x","content":"{\"state\":\"sent <b>\"}"}""", """{"role":"tool","tool_call_id":"y","content":"none such"}""", Message("assistant", "One is sent, one is not known."));
        Add("train", Message("user", "Which hour is it in the warehouse now?"), """{"role":"assistant","content":null,"tool_calls":[{"id":"x","type":"function","function":{"name":"now","arguments":"{}"}}]}""",
            Message("assistant", "Said after the call."));
        Add("train", Message("user", "Hello there my friend"), Message("assistant", "=Hello"), Message("user", "Is the big oven still on offer"), Message("assistant", "Until Friday"));
        Add("train", """{"role":"user","content":[{"type":"text","text":"First half of a sentence,"},{"type":"text","text":" second half"}]}""", Message("assistant", "Whole"));
        for (var i = 1; i <= 16; i++)
        {
            Add(i switch { <= 3 => "validation", <= 6 => "test", _ => "train" }, Message("user", DataKit.Sentence(i)), Message("assistant", "card"));
        }

        return text.ToString();

        void Add(string set, params string[] messages) => text.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"{{\"set\":\"{set}\",\"team\":\"=team {text.Length % 2}\",\"ticket\":\"T-{text.Length}\",\"messages\":[{string.Join(',', messages.Where(m => m is not ""))}]{(messages.Any(m => m.Contains("tool_calls", StringComparison.Ordinal)) ? $",\"tools\":{Tools.ReplaceLineEndings("")}" : "")}}}\n");
    }

    private static string Message(string role, string content) => content is "" ? "" : $"{{\"role\":\"{role}\",\"content\":{JsonText.Of(content)}}}";

    private async Task AssertSameAsync(IReadOnlyList<VersionExample> frozen, DatasetImport import, DownloadShape shape)
    {
        Assert.Equal((ImportState.Imported, frozen.Count), (import.State, import.AcceptedCount));
        await using var db = _kit.Database.CreateDbContext();
        var rows = await db.Examples.AsNoTracking().Where(e => e.ImportId == import.Id).OrderBy(e => e.Number).ToListAsync(s_ct);
        foreach (var (before, after) in frozen.Zip(rows))
        {
            Assert.Equal((before.Input, before.Output, before.System), (after.Input, after.Output, after.System));
            Assert.True(before.Content is null ? after.Content is null : JsonNode.DeepEquals(JsonNode.Parse(before.Content), JsonNode.Parse(after.Content ?? "null")), $"{shape}: {before.Content} became {after.Content}");
            if (DownloadShapes.TableOf(shape) is DownloadShape.Csv)
            {
                Assert.Equal((before.Slice, before.SourceId, (Split?)before.Split, before.Content), (after.Slice, after.SourceId, after.GivenSplit, after.Content));
            }
        }
    }

    private static async Task<(string Name, byte[] File)> DownloadAsync(DataKit kit, string projectId, string versionId, string split, string ending)
    {
        var result = await DownloadApi.DownloadAsync(projectId, versionId, split, ending, kit.Downloads, kit.DownloadedArchive, s_ct);
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = body;
        await result.ExecuteAsync(http);
        return (new System.Net.Mime.ContentDisposition(http.Response.Headers.ContentDisposition.ToString().Split(';') is [var kind, var file, ..] ? $"{kind};{file}" : "").FileName ?? "", body.ToArray());
    }

    private static Dictionary<string, byte[]> Unpacked(byte[] file)
    {
        using var zip = new ZipArchive(new MemoryStream(file));
        return zip.Entries.ToDictionary(e => e.FullName, e =>
        {
            using var content = e.Open();
            var bytes = new MemoryStream();
            content.CopyTo(bytes);
            return bytes.ToArray();
        });
    }

    private static async Task<string> RefusedAsync<T>(DataKit kit, string projectId, string versionId, string split = "training", string ending = "gemini.jsonl")
        where T : PortalException =>
        (await Assert.ThrowsAsync<T>(() => DownloadApi.DownloadAsync(projectId, versionId, split, ending, kit.Downloads, kit.DownloadedArchive, s_ct))).Message;

    private static async Task ReadAsync(DataKit kit, string versionId, Split split)
    {
        await foreach (var _ in kit.Downloads.LinesAsync(versionId, [split], DownloadShape.Gemini, s_ct))
        {
            // The first one is one too many.
        }
    }

    /// <summary>A body as a server has it: nothing is written to it that a thread would wait for. Says after each write how much there is.</summary>
    private sealed class ReportingStream(Action<long> written) : Stream
    {
        private readonly MemoryStream _content = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _content.Length;

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public byte[] ToArray() => _content.ToArray();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _content.Write(buffer.Span);
            written(Length);
            return ValueTask.CompletedTask;
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Write(byte[] buffer, int offset, int count) => throw new InvalidOperationException("A thread would wait here.");

        public override void Flush() => throw new InvalidOperationException("A thread would wait here.");

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
