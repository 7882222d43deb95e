using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

/// <summary>
/// The portal as a process of its own, killed under load. The vendor numbers its answers by their count of tokens, so that the set of those
/// that callers have read can be laid beside the ledger. More by PORTAL_CRASH_CALLS and PORTAL_CRASH_KILLS: ./dev.sh bench crash.
/// </summary>
public sealed class MeteringCrashTests
{
    private const int Callers = 16;

    private static readonly int s_calls = Setting("PORTAL_CRASH_CALLS", 600);
    private static readonly int s_kills = Setting("PORTAL_CRASH_KILLS", 2);

    [Fact]
    public async Task Kill_UnderLoad_LosesNoAnsweredCallAndDoublesNone()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        var answered = 0;
        rig.Vertex.Answer = async http =>
        {
            rig.Vertex.Asked.Clear();
            var usage = $$"""{"promptTokenCount":{{Interlocked.Increment(ref answered)}},"candidatesTokenCount":1,"totalTokenCount":2}""";
            var isStream = http.Request.Path.Value!.EndsWith(":streamGenerateContent", StringComparison.Ordinal);
            var whole = FakeVertex.Whole("billing").Replace(FakeVertex.Usage, usage, StringComparison.Ordinal);
            await (isStream ? FakeVertex.StreamAsync(http, FakeVertex.Chunk("bil"), whole) : FakeVertex.JsonAsync(http, whole));
        };
        var read = new ConcurrentBag<int>();
        var port = FreePort.Take();
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Add("x-goog-api-key", live.Key);

        var portal = await StartAsync(rig, http, port, ct);
        try
        {
            var callers = Enumerable.Range(0, Callers).Select(i => CallAsync(http, i % 2 is 0 ? live.Generate : live.Stream, read, ct)).ToList();
            for (var kill = 1; kill <= s_kills; kill++)
            {
                await UntilAsync(() => read.Count >= (long)s_calls * kill / (s_kills + 1), callers, ct);
                portal.Kill();
                await portal.WaitForExitAsync(ct);
                portal.Dispose();
                portal = await StartAsync(rig, http, port, ct);
            }

            await Task.WhenAll(callers);
        }
        finally
        {
            portal.Kill();
            await portal.WaitForExitAsync(CancellationToken.None);
            portal.Dispose();
        }

        var (logs, billed) = await rig.ReadAsync("org_a", async db => (
            await db.InferenceLogs.Where(l => l.Status == 200).Select(l => l.InputTokens).ToListAsync(ct),
            await db.UsageEvents.Where(u => u.Meter == Meter.InputTokens).Select(u => u.Quantity).ToListAsync(ct)));
        TestContext.Current.SendDiagnosticMessage($"{answered} answered by the vendor, {read.Count} read by callers, {logs.Count} on record, {s_kills} kills");
        Assert.True(read.Count >= s_calls);
        Assert.Equal(read.Count, read.Distinct().Count());
        Assert.Empty(read.Except(logs));
        Assert.Equal(logs.Count, logs.Distinct().Count());
        Assert.Equal(logs.Order(), billed.Select(q => (int)q).Order());
        Assert.All(logs, n => Assert.InRange(n, 1, answered));
        // On record and unread is at most what was on its way at each kill.
        Assert.InRange(logs.Count - read.Count, 0, Callers * s_kills);
    }

    private static async Task CallAsync(HttpClient http, string path, ConcurrentBag<int> read, CancellationToken ct)
    {
        while (read.Count < s_calls)
        {
            try
            {
                using var response = await http.PostAsync(new Uri(path, UriKind.Relative), new StringContent("""{"contents":[{"parts":[{"text":"My card"}]}]}""", null, "application/json"), ct);
                var text = await response.Content.ReadAsStringAsync(ct);
                if (response.IsSuccessStatusCode)
                {
                    var last = text.StartsWith("data:", StringComparison.Ordinal) ? text[(text.LastIndexOf("data: ", StringComparison.Ordinal) + 6)..] : text;
                    if (JsonNode.Parse(last)?["usageMetadata"]?["promptTokenCount"] is { } number)
                    {
                        read.Add((int)number);
                    }
                }
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, ct);
            }
        }
    }

    private static async Task UntilAsync(Func<bool> reached, List<Task> callers, CancellationToken ct)
    {
        while (!reached() && callers.TrueForAll(c => !c.IsFaulted))
        {
            await Task.Delay(10, ct);
        }
    }

    private static async Task<Process> StartAsync(GatewayRig rig, HttpClient http, int port, CancellationToken ct)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.dll")]) { RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(rig.DatabaseFile) };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development", ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}", ["Logging__LogLevel__Default"] = "Error",
            ["Storage__Folder"] = Path.GetDirectoryName(rig.DatabaseFile)!, ["Database__ConnectionString"] = $"Data Source={rig.DatabaseFile}", ["Database__MigrateAtStart"] = "false",
            ["Sandbox__Embedded"] = "false", ["Demo__Seed"] = "false", ["Connect__Kind"] = "Sandbox", ["Connect__SandboxUrl"] = rig.Vertex.Url,
            ["SignIn__Authority"] = "http://127.0.0.1:9/", ["SignIn__ClientId"] = "portal", ["SignIn__ClientSecret"] = "secret", ["SignIn__IsSandbox"] = "true",
            ["Deploy__CallsPerMinute"] = "1000000", ["Deploy__Burst"] = "100000", ["Deploy__OrganizationCallsPerMinute"] = "1000000", ["Deploy__OrganizationBurst"] = "100000",
            ["Deploy__TokensPerMinute"] = "1000000000", ["Deploy__OrganizationTokensPerMinute"] = "2000000000",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        while (true)
        {
            Assert.False(process.HasExited, process.HasExited ? await output : "");
            try
            {
                using var alive = await http.GetAsync(new Uri("/v1/models", UriKind.Relative), ct);
                if (alive.StatusCode is HttpStatusCode.OK)
                {
                    return process;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(50, ct);
        }
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
