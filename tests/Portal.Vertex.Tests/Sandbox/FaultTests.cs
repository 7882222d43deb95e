using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Sandbox;

public sealed class FaultTests
{
    private static readonly VertexGenerateContentRequest s_ask = new() { Contents = [VertexContent.User("Hello")] };

    [Fact]
    public async Task Status_ForTwoCalls_ThenOver()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "generate", status = 503, calls = 2 });

        var reply = await project.Client.GenerateContentAsync("gemini-3.5-flash", s_ask, default);

        Assert.NotEmpty(reply.Candidates);
        Assert.Equal(3, (int)(await StateAsync(project))["calls"]!["Generate"]!);
    }

    [Fact]
    public async Task Quota_NamesWhenToComeBack()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "generate", status = 429, retryAfterSeconds = 7 });

        using var reply = await project.Sandbox.Http.PostAsJsonAsync(PracticeProject.Parent + "/publishers/google/models/gemini-3.5-flash:generateContent", new { });
        using var cleared = await project.Sandbox.Http.DeleteAsync("sandbox/faults");
        var after = await project.Client.GenerateContentAsync("gemini-3.5-flash", s_ask, default);

        var error = (await reply.Content.ReadFromJsonAsync<JsonNode>())!["error"]!;
        Assert.Equal(HttpStatusCode.TooManyRequests, reply.StatusCode);
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
        Assert.Equal("7s", (string?)error["details"]![0]!["retryDelay"]);
        Assert.NotEmpty(after.Candidates);
    }

    [Fact]
    public async Task DropReply_OnCreate_LeavesExactlyOneJobToFind()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "tuning", dropReply = true, method = "POST", calls = 1 });

        var unknown = await Assert.ThrowsAsync<VertexException>(() => project.StartTuningAsync(epochs: 1, label: "lost"));
        var found = await project.Client.FindTuningJobByLabelAsync("run", "lost", default);

        Assert.True(unknown.OutcomeUnknown);
        Assert.NotNull(found);
        Assert.Equal(1, (int)(await StateAsync(project))["tuningJobs"]!);
    }

    [Fact]
    public async Task HangAndLatency_TakeTheirTime()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "registry", hangMilliseconds = 150, calls = 1 });
        await PlanAsync(project, new { kind = "registry", latencyMilliseconds = 150, calls = 1 });
        var time = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => project.Sandbox.Http.GetStringAsync("v1/publishers/google/models"));
        var hung = time.ElapsedMilliseconds;
        await project.Sandbox.Http.GetStringAsync("v1/publishers/google/models");

        Assert.True(hung >= 140, $"{hung} ms");
        Assert.True(time.ElapsedMilliseconds - hung >= 140);
    }

    [Fact]
    public async Task Drip_ArrivesSlowlyButWhole()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "generate", dripMilliseconds = 5, calls = 1 });

        var text = "";
        await foreach (var chunk in project.Client.StreamGenerateContentAsync("gemini-3.5-flash", s_ask, default))
        {
            text += chunk.Text;
        }

        Assert.Equal((await project.Client.GenerateContentAsync("gemini-3.5-flash", s_ask, default)).Text, text);
    }

    [Fact]
    public async Task Storage_Fault_HasItsOwnShape_AndUploadsGoOn()
    {
        await using var project = await PracticeProject.StartAsync();
        await PlanAsync(project, new { kind = "storage", status = 503, calls = 1 });
        using var refused = await project.Sandbox.Http.GetAsync("storage/v1/b/t-acme");
        await PlanAsync(project, new { kind = "storage", status = 503, method = "PUT", calls = 2 });

        await project.UploadAsync("x.jsonl", Tickets.Rows(10, 0));

        Assert.Equal("backendError", (string?)(await refused.Content.ReadFromJsonAsync<JsonNode>())!["error"]!["errors"]![0]!["reason"]);
        Assert.Equal(Tickets.Rows(10, 0), await project.Sandbox.Http.GetStringAsync("b/t-acme/o/x.jsonl?alt=media"));
    }

    [Fact]
    public async Task Plan_Nonsense_IsRefused()
    {
        await using var project = await PracticeProject.StartAsync();

        using var reply = await project.Sandbox.Http.PostAsJsonAsync("sandbox/faults", new { kind = "generate", stauts = 500 });
        var home = await project.Sandbox.Http.GetStringAsync("/");

        Assert.Equal(HttpStatusCode.BadRequest, reply.StatusCode);
        Assert.Contains("it is not Gemini", home, StringComparison.Ordinal);
    }

    private static async Task PlanAsync(PracticeProject project, object fault)
    {
        using var reply = await project.Sandbox.Http.PostAsJsonAsync("sandbox/faults", fault);
        reply.EnsureSuccessStatusCode();
    }

    private static async Task<JsonNode> StateAsync(PracticeProject project) => (await project.Sandbox.Http.GetFromJsonAsync<JsonNode>("sandbox/state"))!;
}
