using System.Security.Claims;
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
        var downloads = Downloads(_kit);
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
            var (name, text) = await DownloadAsync(downloads, projectId, version.Id, SplitMethods.Word(split), DownloadShapes.Ending(shape));
            Assert.Equal($"version-1-{(split is Split.Train ? "training" : "validation")}-{DownloadShapes.Ending(shape)}", name);
            Assert.All(sealedRows, r => Assert.DoesNotContain(r.Input, text, StringComparison.Ordinal));

            var import = await _kit.ImportAsync(projectId, text, name);

            await AssertSameAsync(frozen[split], import, shape);
        }

        await using var db = _kit.Database.CreateDbContext();
        var log = await db.Set<AuditEntry>().Where(e => e.Action == "version.downloaded").OrderBy(e => e.Sequence).ToListAsync(s_ct);
        Assert.Equal(6, log.Count);
        Assert.All(log, e => Assert.Equal(("Olivia", version.Id, projectId), (e.ActorName, e.TargetId, e.ProjectId)));
        Assert.Equal(($"{frozen[Split.Train].Count} training rows as Gemini JSONL", "3 validation rows as CSV"), (log[0].Details, log[^1].Details));
    }

    [Fact]
    public async Task Files_AreWhatTheirReadersExpect()
    {
        var (projectId, version) = await FreezeAsync();
        var downloads = Downloads(_kit);

        var gemini = (await DownloadAsync(downloads, projectId, version.Id, "training", "gemini.jsonl")).Text.TrimEnd('\n').Split('\n');
        var openAi = (await DownloadAsync(downloads, projectId, version.Id, "training", "openai.jsonl")).Text.TrimEnd('\n').Split('\n');
        var (_, csv) = await DownloadAsync(downloads, projectId, version.Id, "training", "rows.csv");

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
    }

    [Fact]
    public async Task WhoMayNot_IsRefused_AndNothingIsRecorded()
    {
        var (projectId, version) = await FreezeAsync();
        using var strangers = _kit.AsStranger();
        var elsewhere = await strangers.CreateProjectAsync();

        var theirs = await RefusedAsync<NotFoundException>(Downloads(strangers), elsewhere, version.Id);
        Assert.Equal(theirs, await RefusedAsync<NotFoundException>(Downloads(strangers), elsewhere, "ver_never"));
        Assert.Equal(await RefusedAsync<NotFoundException>(Downloads(strangers), "prj_never", version.Id), await RefusedAsync<NotFoundException>(Downloads(strangers), projectId, version.Id));
        await Assert.ThrowsAsync<NotFoundException>(() => ReadAsync(Downloads(strangers), version.Id, Split.Train));
        Assert.Equal(theirs, await RefusedAsync<NotFoundException>(Downloads(_kit), await _kit.CreateProjectAsync(), version.Id));
        await RefusedAsync<NotFoundException>(Downloads(_kit), projectId, version.Id, "everything");
        await RefusedAsync<NotFoundException>(Downloads(_kit), projectId, version.Id, "training", "rows.parquet");
        Assert.Contains("sealed", await RefusedAsync<PortalException>(Downloads(_kit), projectId, version.Id, "test"), StringComparison.Ordinal);
        await Assert.ThrowsAsync<PortalException>(() => ReadAsync(Downloads(_kit), version.Id, Split.Test));
        await EnterAsync(MemberRole.Billing);
        await RefusedAsync<ForbiddenException>(Downloads(_kit), projectId, version.Id);
        await Assert.ThrowsAsync<ForbiddenException>(() => ReadAsync(Downloads(_kit), version.Id, Split.Train));

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

    private static DownloadService Downloads(DataKit kit) => new(kit.Database, kit.Current, kit.Projects, kit.Examples);

    private async Task EnterAsync(MemberRole role)
    {
        await _kit.Database.SetMemberAsync("org_test", "usr_olivia", role);
        _kit.Current.Enter(
            new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role),
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(PortalClaims.UserId, "usr_olivia"), new Claim("name", "Olivia")])));
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
            if (shape is DownloadShape.Csv)
            {
                Assert.Equal((before.Slice, before.SourceId, (Split?)before.Split, before.Content), (after.Slice, after.SourceId, after.GivenSplit, after.Content));
            }
        }
    }

    private static async Task<(string Name, string Text)> DownloadAsync(DownloadService downloads, string projectId, string versionId, string split, string ending)
    {
        var result = await DownloadApi.DownloadAsync(projectId, versionId, split, ending, downloads, s_ct);
        await using var services = new ServiceCollection().AddLogging().BuildServiceProvider();
        var body = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = services };
        http.Response.Body = body;
        await result.ExecuteAsync(http);
        return (new System.Net.Mime.ContentDisposition(http.Response.Headers.ContentDisposition.ToString().Split(';') is [var kind, var file, ..] ? $"{kind};{file}" : "").FileName ?? "", Encoding.UTF8.GetString(body.ToArray()));
    }

    private static async Task<string> RefusedAsync<T>(DownloadService downloads, string projectId, string versionId, string split = "training", string ending = "gemini.jsonl")
        where T : PortalException =>
        (await Assert.ThrowsAsync<T>(() => DownloadApi.DownloadAsync(projectId, versionId, split, ending, downloads, s_ct))).Message;

    private static async Task ReadAsync(DownloadService downloads, string versionId, Split split)
    {
        await foreach (var _ in downloads.LinesAsync(versionId, split, DownloadShape.Gemini, s_ct))
        {
            // The first one is one too many.
        }
    }
}
