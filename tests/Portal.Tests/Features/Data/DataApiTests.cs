using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class DataApiTests : IAsyncLifetime
{
    private static readonly KeyVerb[] s_both = [KeyVerb.ReadData, KeyVerb.WriteData];

    private static readonly (string Body, int Status)[] s_noProjects =
    [
        ("""{"name":"A","name":"B"}""", 400),
        ("""{"name":5}""", 400),
        ("""{"name":"A","tenantId":"org_b"}""", 400),
        ("""{"NAME":"A"}""", 400),
        ("""{"name":"A","target":"0.9"}""", 400),
        ("""{"name":"A","kind":"oracle"}""", 400),
        ("""{"name":"A","target":7}""", 422),
        ("""["name"]""", 400),
        ("""{"name":"\ud800"}""", 400),
        ("{", 400),
    ];

    private DataApiRig _rig = null!; // made before each test

    public async ValueTask InitializeAsync() => _rig = await DataApiRig.StartAsync();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    /// <summary>The README's calls, exactly as they stand there, take a file to a frozen version.</summary>
    [Fact]
    public async Task Readme_ItsFourCalls_FreezeAVersion()
    {
        Shell.Require();
        var script = (await Shell.ReadmeAsync())[0];
        Assert.Equal(4, script.Split("api $").Length + script.Split("api \"$").Length - 2);
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_both });
        var folder = Directory.CreateTempSubdirectory("portal-readme-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "tickets.csv"), DataKit.Csv(60), TestContext.Current.CancellationToken);

        var (code, output) = await Shell.RunAsync(folder, script, ("PORTAL", _rig.Address), ("KEY", key.Secret));

        Assert.True(code is 0, output);
        var version = await _rig.ReadAsync("org_a", db => db.DatasetVersions.SingleAsync());
        Assert.Equal((VersionState.Frozen, 60, "Pipeline"), (version.State, version.Count, (await _rig.ReadAsync("org_a", db => db.ApiKeys.SingleAsync())).Name));
        Assert.Contains(version.ContentHash, output, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Journey_OfAPipeline_IsDoneAndAuditedAsTheKeys()
    {
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_both });
        var project = (string)(await OkAsync(key, HttpMethod.Post, "/projects", """{"name":"Support","kind":"classify","target":0.9}""", 201))["id"]!;
        Assert.Equal("Support", (string?)(await OkAsync(key, HttpMethod.Get, "/projects"))["items"]![0]!["name"]);
        var content = DataKit.Csv(60) + "write to frieda.lampe@firma.example about parcels,card\n\"a cell with\na line\",card\nand mail jo@firma.example too,card\n";

        // In parts, as a large file would come.
        var bytes = Encoding.UTF8.GetBytes(content);
        var open = await OkAsync(key, HttpMethod.Post, $"/projects/{project}/uploads", $$"""{"fileName":"tickets.csv","length":{{bytes.Length}}}""", 201);
        var upload = $"/projects/{project}/uploads/{(string)open["uploadId"]!}";
        await OkAsync(key, HttpMethod.Put, $"{upload}/parts/0", new ByteArrayContent(bytes));
        Assert.Equal(0, (int)(await OkAsync(key, HttpMethod.Get, upload))["parts"]![0]!["number"]!);
        var file = await OkAsync(key, HttpMethod.Post, $"{upload}/finish", null, 201);
        var files = $"/projects/{project}/files/{(string)file["id"]!}";
        Assert.True((bool)(await OkAsync(key, HttpMethod.Post, $"/projects/{project}/files", DataApiRig.File(content)))["isRepeat"]!);
        Assert.Equal("{{text}}", (string?)(await OkAsync(key, HttpMethod.Get, $"{files}/preview"))["mapping"]!["input"]);

        var imported = await OkAsync(key, HttpMethod.Post, $"{files}/import?wait=60", """{"mapping":{"input":"text","output":"{{label}}"}}""");
        Assert.Equal(("imported", 63), ((string?)imported["state"], (int)imported["rowsRead"]!));
        var refused = await RefusedAsync(key, HttpMethod.Post, $"/projects/{project}/versions?wait=60", null, 422, "findingsOpen");
        var finding = refused["findings"]!.AsArray().Single(f => (string?)f!["rule"] is "emailAddress")!;
        Assert.Equal([(61, 62L), (63, 65L)], finding["rows"]!.AsArray().Select(r => ((int)r!["row"]!, (long)r["line"]!)));
        Assert.NotEqual("", (string?)finding["remedy"]);
        await OkAsync(key, HttpMethod.Post, $"/projects/{project}/findings/{(string)finding["id"]!}/decision", """{"decision":"redact"}""");
        Assert.Equal(2, (int)(await OkAsync(key, HttpMethod.Get, $"/projects/{project}/findings/{(string)finding["id"]!}/rows"))["total"]!);
        await OkAsync(key, HttpMethod.Post, $"{files}/rows/1/decision", """{"decision":"setAside"}""");

        var version = await OkAsync(key, HttpMethod.Post, $"/projects/{project}/versions?wait=60", """{"openFindings":"keep","note":"Nightly"}""", 201);
        var (versions, test) = ($"/projects/{project}/versions/{(string)version["id"]!}", (int)version["test"]!);
        Assert.Equal(62, (int)version["training"]! + (int)version["validation"]! + test);
        List<int> rows = [];
        for (int? next = 0; next is { } after;)
        {
            var page = await OkAsync(key, HttpMethod.Get, $"/projects/{project}/rows?after={after}");
            Assert.Equal(test, (int)page["sealed"]!);
            rows.AddRange(page["items"]!.AsArray().Select(r => (int)r!["row"]!));
            next = (int?)page["next"];
        }

        Assert.Equal((63 - test, rows.Count), (rows.Distinct().Count(), rows.Count));
        Assert.Equal((int)version["validation"]!, (int)(await OkAsync(key, HttpMethod.Get, $"{versions}/rows?split=validation"))["total"]!);
        foreach (var ending in new[] { "gemini.jsonl", "openai.jsonl", "rows.csv" })
        {
            Assert.Equal(200, (await _rig.CallAsync(key.Secret, HttpMethod.Get, $"{versions}/training/{ending}")).Status);
        }

        // Over a socket, whose server waits for no write.
        using var zip = new ZipArchive(await (await _rig.CallAsync(key.Secret, HttpMethod.Get, $"{versions}/{DownloadedSplits.Both}/rows.zip")).Answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        using (var table = new StreamReader(Assert.Single(zip.Entries).Open()))
        {
            Assert.Equal(62 - test, (await table.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\r\n").Length - 2);
        }

        await RefusedAsync(key, HttpMethod.Get, $"{versions}/test/rows.csv", null, 422, "refused");
        Assert.Equal(0, (int)(await OkAsync(key, HttpMethod.Get, $"{versions}/changes?from={(string)version["id"]!}"))["changes"]!.AsArray().Sum(c => (int)c!["rows"]!));
        var log = await _rig.ReadAsync("org_a", db => db.Set<AuditEntry>().Where(e => e.ActorId == key.Id).Select(e => e.Action).ToListAsync());
        Assert.Subset(log.ToHashSet(), new HashSet<string> { "project.created", "data.uploaded", "import.started", "decision.redacted", "decision.taken", "version.started", "version.downloaded" });
    }

    [Fact]
    public async Task Mark_SentAgain_IsAnsweredAndNotDoneAgain()
    {
        var (key, other) = (await _rig.IssueAsync(new KeyDraft("One") { Verbs = s_both }), await _rig.IssueAsync(new KeyDraft("Two") { Verbs = s_both }));
        const string Body = """{"name":"Once"}""";

        var first = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", Body, "mark-1");
        var again = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", Body, "mark-1");
        var changed = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", """{"name":"Twice"}""", "mark-1");
        var others = await _rig.CallAsync(other.Secret, HttpMethod.Post, "/projects", Body, "mark-1");
        var wrong = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", "{}", "mark-2");
        var right = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", Body, "mark-2");

        Assert.Equal((201, 201, 422, 201, 400, 201), (first.Status, again.Status, changed.Status, others.Status, wrong.Status, right.Status));
        Assert.Equal(first.Body!.ToJsonString(), again.Body!.ToJsonString());
        Assert.Equal(first.Answer.Headers.Location, again.Answer.Headers.Location);
        Assert.True(again.Answer.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal("idempotencyKeyReused", (string?)changed.Body!["code"]);
        Assert.Equal(3, await _rig.ReadAsync("org_a", db => db.Projects.CountAsync()));
        var twins = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", Body, "mark-3")));
        Assert.All(twins, t => Assert.Contains(t.Status, new[] { 201, 409 }));
        Assert.Equal(4, await _rig.ReadAsync("org_a", db => db.Projects.CountAsync()));
    }

    [Fact]
    public async Task Key_OfOtherThings_IsToldSoAndOfOthersNothing()
    {
        var all = await _rig.IssueAsync(new KeyDraft("All") { Verbs = s_both });
        var mine = (string)(await OkAsync(all, HttpMethod.Post, "/projects", """{"name":"Mine"}""", 201))["id"]!;
        var closed = (string)(await OkAsync(all, HttpMethod.Post, "/projects", """{"name":"Closed"}""", 201))["id"]!;
        var reads = await _rig.IssueAsync(new KeyDraft("Reads") { Verbs = [KeyVerb.ReadData], ProjectIds = [mine] });
        var calls = await _rig.IssueAsync(new KeyDraft("Calls"));
        var strangers = await _rig.IssueAsync(new KeyDraft("B") { Verbs = s_both }, "org_b");

        Assert.Single((await OkAsync(reads, HttpMethod.Get, "/projects"))["items"]!.AsArray());
        var never = await _rig.CallAsync(reads.Secret, HttpMethod.Get, "/projects/prj_never/files");
        foreach (var (key, id) in new[] { (reads, closed), (strangers, mine) })
        {
            var foreign = await _rig.CallAsync(key.Secret, HttpMethod.Get, $"/projects/{id}/files");
            Assert.Equal((404, never.Body!.ToJsonString()), (foreign.Status, foreign.Body!.ToJsonString()));
        }

        await RefusedAsync(reads, HttpMethod.Post, $"/projects/{mine}/files", DataApiRig.File("a,b\n1,2\n"), 403, "forbidden");
        await RefusedAsync(calls, HttpMethod.Get, "/projects", null, 403, "forbidden");
        Assert.Equal(401, (await _rig.CallAsync(KeySecret.Create(), HttpMethod.Get, "/projects")).Status);
        var mistyped = await _rig.CallAsync(all.Secret[..^1], HttpMethod.Get, "/projects");
        Assert.Contains("mistyped", (string?)mistyped.Body!["detail"], StringComparison.Ordinal);
        var narrow = await _rig.IssueAsync(new KeyDraft("Narrow") { Verbs = s_both, ProjectIds = [mine] });
        await RefusedAsync(narrow, HttpMethod.Post, "/projects", """{"name":"Another"}""", 422, "refused");
        var slow = await _rig.IssueAsync(new KeyDraft("Slow") { Verbs = s_both, Limits = new KeyLimits { RequestsPerMinute = 1 } });
        await OkAsync(slow, HttpMethod.Get, "/projects");
        await RefusedAsync(slow, HttpMethod.Get, "/projects", null, 429, "tooFast");
    }

    [Fact]
    public async Task Post_OfWhatIsNoProject_IsRefusedInWords()
    {
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_both });

        foreach (var (body, status) in s_noProjects)
        {
            var (answered, problem, answer) = await _rig.CallAsync(key.Secret, HttpMethod.Post, "/projects", body);

            Assert.True((status, "application/problem+json") == (answered, answer.Content.Headers.ContentType?.MediaType), $"{body}: {answered} {problem?.ToJsonString()}");
            Assert.False((string?)problem!["detail"] is null or "", $"{body} is refused without a word.");
            Assert.True(await _rig.ReadAsync("org_a", db => db.Projects.CountAsync()) is 0, $"{body} made a project.");
        }
    }

    private async Task<JsonNode> OkAsync(IssuedKey key, HttpMethod method, string path, object? body = null, int status = 200)
    {
        var (answered, json, _) = await _rig.CallAsync(key.Secret, method, path, body);
        Assert.True(answered == status, $"{method} {path}: {answered} {json?.ToJsonString()}");
        return json!;
    }

    private async Task<JsonNode> RefusedAsync(IssuedKey key, HttpMethod method, string path, object? body, int status, string code)
    {
        var (answered, json, answer) = await _rig.CallAsync(key.Secret, method, path, body);
        Assert.True(answered == status && (string?)json?["code"] == code, $"{method} {path}: {answered} {json?.ToJsonString()}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status is 429, answer.Headers.RetryAfter is not null);
        return json!;
    }
}
