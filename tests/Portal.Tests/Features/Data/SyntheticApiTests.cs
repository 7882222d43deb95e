using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Portal.Vertex;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class SyntheticApiTests : IAsyncLifetime
{
    private static readonly KeyVerb[] s_all = [KeyVerb.ReadData, KeyVerb.WriteData, KeyVerb.RunModels];

    private readonly FakeVertex _vertex = new();
    private readonly ServiceProvider _clients;
    private DataApiRig _rig = null!; // made before each test
    private int _written;

    public SyntheticApiTests()
    {
        var vertex = new ServiceCollection();
        vertex.AddVertexClients(o => o.BaseDelay = TimeSpan.FromMilliseconds(1)).ConfigurePrimaryHttpMessageHandler(() => _vertex);
        _clients = vertex.BuildServiceProvider();
        _vertex.Respond = prompt => AugmentRig.Answer(Fresh(prompt));
    }

    public async ValueTask InitializeAsync()
    {
        _rig = await DataApiRig.StartAsync(builder => builder.Services.AddSingleton(_clients.GetRequiredService<VertexClientFactory>()).AddScoped<IRowWriters, CandidateWriters>());
        await _rig.AsOwnerAsync("org_a", async s =>
        {
            await s.GetRequiredService<CatalogueService>().SeedAsync(TestContext.Current.CancellationToken);
            return 0;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        await _clients.DisposeAsync();
    }

    /// <summary>The README's calls, exactly as they stand there: from a file to a version that also trains on what a model wrote.</summary>
    [Fact]
    public async Task Readme_ItsSecondScript_FreezesAVersionWithSyntheticRowsInTrainingAlone()
    {
        Shell.Require();
        var scripts = await Shell.ReadmeAsync();
        Assert.Equal(2, scripts.Count);
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_all });
        var folder = Directory.CreateTempSubdirectory("portal-readme-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "tickets.csv"), DataKit.Csv(60), TestContext.Current.CancellationToken);

        var (code, output) = await Shell.RunAsync(folder, string.Concat(scripts), ("PORTAL", _rig.Address), ("KEY", key.Secret));

        Assert.True(code is 0, output);
        var version = await _rig.ReadAsync("org_a", db => db.DatasetVersions.SingleAsync(v => v.Number == 2));
        Assert.True(version is { State: VersionState.Frozen, Count: 80, SyntheticCount: 20, LeftOutCount: 0 }, output);
        var splits = await _rig.ReadAsync("org_a", db => db.FrozenExamples.Where(f => f.VersionId == version.Id).Select(f => new { f.IsSynthetic, f.Split }).ToListAsync());
        Assert.All(splits.Where(f => f.IsSynthetic), f => Assert.Equal(Split.Train, f.Split));
        Assert.Equal(20, splits.Count(f => f.IsSynthetic));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Journey_OfAPipeline_SpendsNoMoreThanItSaidAndIsTheKeys()
    {
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_all });
        var (project, first) = await FreezeAsync(key);
        var runs = $"/projects/{project}/augmentations";
        var choices = await OkAsync(key, HttpMethod.Get, $"{runs}/choices");
        Assert.Equal((first, true), ((string?)choices["version"], choices["models"]!.AsArray().All(m => (long)m!["outputMicrosPerMillion"]! > 0)));
        Assert.Equal((int)choices["rows"]!, choices["labels"]!.AsArray().Sum(l => (int)l!["rows"]!));
        await RefusedAsync(key, HttpMethod.Get, $"{runs}/choices?version=ver_never", null, 404, "notFound");
        var order = new JsonObject { ["version"] = first, ["model"] = "gemini-3.5-flash", ["rows"] = 20, ["label"] = "card" };
        var quote = await OkAsync(key, HttpMethod.Post, $"{runs}/quote", order.ToJsonString());
        var (likely, most) = ((long)quote["likelyMicros"]!, (long)quote["mostMicros"]!);
        Assert.InRange(likely, 1, most);

        // Nothing of this begins anything: without a mark, without a most, with too little, with a label that is none.
        await RefusedAsync(key, HttpMethod.Post, runs, With(order, most), 400, "idempotencyKeyMissing");
        await RefusedAsync(key, HttpMethod.Post, runs, order.ToJsonString(), 400, "badRequest", "m1");
        Assert.Equal(most, (long)(await RefusedAsync(key, HttpMethod.Post, runs, With(order, most - 1), 422, "dearer", "m2"))["mostMicros"]!);
        Assert.Contains("none of the task's labels", (string?)(await RefusedAsync(key, HttpMethod.Post, $"{runs}/quote", """{"version":"VERSION","model":"gemini-3.5-flash","rows":20,"label":"parcel"}""".Replace("VERSION", first, StringComparison.Ordinal), 422, "refused"))["detail"], StringComparison.Ordinal);
        Assert.Equal(0, await _rig.ReadAsync("org_a", db => db.Augmentations.CountAsync()));

        var begun = await OkAsync(key, HttpMethod.Post, $"{runs}?wait=60", With(order, most), 201, "m3");
        var run = $"{runs}/{(string)begun["id"]!}";
        Assert.Equal((string)begun["id"]!, (string?)(await OkAsync(key, HttpMethod.Post, $"{runs}?wait=60", With(order, most), 201, "m3"))["id"]);
        var status = await OkAsync(key, HttpMethod.Get, $"{run}?wait=60");
        Assert.Equal(("succeeded", 18, 2, 18), ((string?)status["state"], (int)status["written"]!["new"]!, (int)status["written"]!["withoutValidLabel"]!, (int)status["drafts"]!["open"]!));
        Assert.Single((await OkAsync(key, HttpMethod.Get, runs))["items"]!.AsArray());
        var usage = await _rig.ReadAsync("org_a", db => db.UsageEvents.AsNoTracking().ToListAsync());
        Assert.Equal((long)status["chargedMicros"]!, usage.Sum(u => u.AmountMicros));
        Assert.InRange(usage.Sum(u => u.AmountMicros), 1, most);
        Assert.All(usage, u => Assert.Equal((key.Id, "", UsageSource.Augmentation), (u.KeyId, u.ByUserId, u.Source)));

        var drafts = (await OkAsync(key, HttpMethod.Get, $"{run}/drafts?state=open"))["items"]!.AsArray().Select(d => (string)d!["id"]!).ToList();
        Assert.Equal(18, drafts.Count);
        var edited = await OkAsync(key, HttpMethod.Put, $"{run}/drafts/{drafts[0]}", """{"input":"what a program made of it in the end"}""");
        Assert.Equal((true, "card", "open"), ((bool)edited["isEdited"]!, (string?)edited["output"], (string?)edited["state"]));
        await RefusedAsync(key, HttpMethod.Put, $"{run}/drafts/{drafts[0]}", """{"output":"parcel"}""", 422, "refused");
        Assert.Equal(61, (int)(await OkAsync(key, HttpMethod.Post, $"{run}/drafts/{drafts[0]}/decision", """{"decision":"accept"}"""))["row"]!);
        await OkAsync(key, HttpMethod.Put, $"{run}/drafts/{drafts[1]}", """{"input":"What a program made of it, in the end"}""");
        await RefusedAsync(key, HttpMethod.Post, $"{run}/drafts/{drafts[1]}/decision", """{"decision":"accept"}""", 422, "tooAlike");
        await OkAsync(key, HttpMethod.Post, $"{run}/drafts/{drafts[2]}/decision", """{"decision":"reject"}""");
        Assert.Equal("open", (string?)(await OkAsync(key, HttpMethod.Post, $"{run}/drafts/{drafts[2]}/decision", "{}"))["state"]);
        await RefusedAsync(key, HttpMethod.Post, $"{run}/decision", "{}", 400, "badRequest");
        await RefusedAsync(key, HttpMethod.Post, $"{run}/decision", $$"""{"decision":"reject","drafts":["{{drafts[3]}}","sdr_never"]}""", 404, "notFound");
        Assert.Equal(2, (int)(await OkAsync(key, HttpMethod.Post, $"{run}/decision", $$"""{"decision":"reject","drafts":["{{drafts[3]}}","{{drafts[4]}}"]}"""))["rejected"]!);
        await RefusedAsync(key, HttpMethod.Post, $"{run}/decision", $$"""{"decision":"accept","drafts":["{{drafts[4]}}","{{drafts[5]}}"]}""", 422, "refused");
        var all = await OkAsync(key, HttpMethod.Post, $"{run}/decision", """{"decision":"accept"}""");
        Assert.Equal((14, 1), ((int)all["accepted"]!, (int)all["left"]!));
        Assert.Equal((1, 15, 2), await CountsAsync());
        Assert.Equal("succeeded", (string?)(await OkAsync(key, HttpMethod.Post, $"{run}/stop"))["state"]);

        var second = await OkAsync(key, HttpMethod.Post, $"/projects/{project}/versions?wait=60", """{"openFindings":"keep"}""", 201);
        Assert.Equal((15, 0), ((int)second["synthetic"]!, (int)second["leftOut"]!));
        var rows = $"/projects/{project}/versions/{(string)second["id"]!}/rows";
        Assert.All((await OkAsync(key, HttpMethod.Get, $"{rows}?split=validation"))["items"]!.AsArray(), r => Assert.False((bool)r!["isSynthetic"]!));
        Assert.Contains((await OkAsync(key, HttpMethod.Get, $"{rows}?split=training&page=3"))["items"]!.AsArray(), r => (bool)r!["isSynthetic"]!);
        Assert.Equal(15, (int)(await OkAsync(key, HttpMethod.Get, $"/projects/{project}/rows?status=synthetic"))["total"]!);
        Assert.Equal(0, await _rig.ReadAsync("org_a", db => db.FrozenExamples.CountAsync(f => f.IsSynthetic && f.Split != Split.Train)));
        var log = await _rig.ReadAsync("org_a", db => db.Set<AuditEntry>().Where(e => e.ActorId == key.Id).Select(e => e.Action).ToListAsync());
        Assert.Subset(log.ToHashSet(), new HashSet<string> { "augmentation.started", "draft.edited", "draft.rejected", "draft.reopened", "row.added" });

        async Task<(int, int, int)> CountsAsync()
        {
            var now = (await OkAsync(key, HttpMethod.Get, run))["drafts"]!;
            return ((int)now["open"]!, (int)now["accepted"]!, (int)now["rejected"]!);
        }
    }

    [Fact]
    public async Task Start_WithoutTheRightOrBeyondTheKeysBudget_BeginsNothing()
    {
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_all, Limits = new KeyLimits { MonthlyBudgetMicros = 1 } });
        var data = await _rig.IssueAsync(new KeyDraft("Data") { Verbs = [KeyVerb.ReadData, KeyVerb.WriteData] });
        var spends = await _rig.IssueAsync(new KeyDraft("Spends") { Verbs = [KeyVerb.RunModels, KeyVerb.ReadData] });
        var (project, version) = await FreezeAsync(key);
        var runs = $"/projects/{project}/augmentations";
        var order = $$"""{"version":"{{version}}","model":"gemini-3.5-flash","rows":10,"mostMicros":1000000}""";

        foreach (var (other, what) in new[] { (data, "/quote"), (data, ""), (spends, "/quote"), (spends, "") })
        {
            await RefusedAsync(other, HttpMethod.Post, runs + what, order, 403, "forbidden", "mark");
        }

        Assert.Contains("budget of this API key", (string?)(await RefusedAsync(key, HttpMethod.Post, runs, order, 422, "refused", "mark"))["detail"], StringComparison.Ordinal);
        Assert.Equal((0, 0), await _rig.ReadAsync("org_a", async db => (await db.Augmentations.CountAsync(), await db.Reservations.CountAsync())));
        Assert.Empty(_vertex.Calls);
    }

    [Fact]
    public async Task Stop_DuringACall_KeepsWhatItBringsAndAsksForNoMore()
    {
        var key = await _rig.IssueAsync(new KeyDraft("Pipeline") { Verbs = s_all });
        var (project, version) = await FreezeAsync(key);
        using var answer = new ManualResetEventSlim();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _vertex.Respond = prompt =>
        {
            asked.TrySetResult();
            answer.Wait(TestContext.Current.CancellationToken);
            return AugmentRig.Answer(Fresh(prompt));
        };
        var runs = $"/projects/{project}/augmentations";
        try
        {
            var begun = await OkAsync(key, HttpMethod.Post, runs, $$"""{"version":"{{version}}","model":"gemini-3.5-flash","rows":30,"label":"card","mostMicros":1000000}""", 202, "mark");
            var run = $"{runs}/{(string)begun["id"]!}";
            await asked.Task.WaitAsync(TestContext.Current.CancellationToken);

            var stopped = await OkAsync(key, HttpMethod.Post, $"{run}/stop");
            answer.Set();

            Assert.NotNull(stopped["stoppedAt"]);
            var ended = await OkAsync(key, HttpMethod.Get, $"{run}?wait=60");
            Assert.Equal(("cancelled", 1, 9, 0L), ((string?)ended["state"], (int)ended["callsDone"]!, (int)ended["drafts"]!["open"]!, (long)ended["heldMicros"]!));
            Assert.Single(_vertex.Calls);
        }
        finally
        {
            // Else the rig waits for its worker, and the worker for the answer.
            answer.Set();
        }
    }

    private static string With(JsonObject order, long most)
    {
        var whole = order.DeepClone().AsObject();
        whole["mostMicros"] = most;
        return whole.ToJsonString();
    }

    /// <summary>As many as are asked for, each like nothing that there is; the last of ten with a label that the task has not.</summary>
    private IEnumerable<(string, string)> Fresh(string prompt)
    {
        var label = prompt.Contains("exactly: transfer", StringComparison.Ordinal) ? "transfer" : "card";
        var isReadme = !prompt.Contains("A task of this test", StringComparison.Ordinal);
        return Enumerable.Range(0, AugmentRig.AskedIn(prompt)).Select(i => (DataKit.Sentence(100_000 + Interlocked.Increment(ref _written)), i is 9 && !isReadme ? "parcel" : label));
    }

    private async Task<(string Project, string Version)> FreezeAsync(IssuedKey key)
    {
        var project = (string)(await OkAsync(key, HttpMethod.Post, "/projects", """{"name":"Support","kind":"classify","instruction":"A task of this test","labels":["card","transfer"],"target":0.9}""", 201))["id"]!;
        var file = (string)(await OkAsync(key, HttpMethod.Post, $"/projects/{project}/files", DataApiRig.File(DataKit.Csv(60)), 201))["id"]!;
        await OkAsync(key, HttpMethod.Post, $"/projects/{project}/files/{file}/import?wait=60");
        return (project, (string)(await OkAsync(key, HttpMethod.Post, $"/projects/{project}/versions?wait=60", """{"openFindings":"keep"}""", 201))["id"]!);
    }

    private async Task<JsonNode> OkAsync(IssuedKey key, HttpMethod method, string path, object? body = null, int status = 200, string? mark = null)
    {
        var (answered, json, _) = await _rig.CallAsync(key.Secret, method, path, body, mark);
        Assert.True(answered == status, $"{method} {path}: {answered} {json?.ToJsonString()}");
        return json!;
    }

    private async Task<JsonNode> RefusedAsync(IssuedKey key, HttpMethod method, string path, object? body, int status, string code, string? mark = null)
    {
        var (answered, json, answer) = await _rig.CallAsync(key.Secret, method, path, body, mark);
        Assert.True(answered == status && (string?)json?["code"] == code, $"{method} {path}: {answered} {json?.ToJsonString()}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return json!;
    }
}
