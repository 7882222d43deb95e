using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Monitor;
using Portal.Features.Tenancy;
using Portal.Tests.Features.Deploy;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Monitor;

public sealed class FeedbackTests
{
    private const string Secret = "My card 4111 1111 1111 1111 is gone, call Anna.Weber@example.com";

    [Fact]
    public async Task Feedback_OnAnAnswer_IsTakenOnceAndReplaced_AndForNobodyElse()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, other) = (await rig.GoLiveAsync("org_a", "intents"), await rig.GoLiveAsync("org_b", "elsewhere"));
        var gemini = (string)(await SendAsync(rig, live.Generate, live.Key, null, HttpStatusCode.OK))["responseId"]!;
        var openAi = (string)(await SendAsync(rig, "/openai/v1/chat/completions", live.Key, """{"model":"intents","messages":[{"role":"user","content":"Hello"}]}""", HttpStatusCode.OK))["id"]!;

        await SendAsync(rig, $"/v1/responses/{gemini}/feedback", live.Key, """{"thumb":"down"}""", HttpStatusCode.Created);
        await SendAsync(rig, $"/v1/responses/{gemini}/feedback", live.Key, """{"thumb":"down"}""", HttpStatusCode.OK);
        var said = await SendAsync(rig, $"/v1/responses/{gemini}/feedback", live.Key, """{"score":0.25,"comment":"Wrong","correctedAnswer":"card"}""", HttpStatusCode.OK);
        await SendAsync(rig, $"/openai/v1/responses/{openAi}/feedback", live.Key, """{"thumb":"up"}""", HttpStatusCode.Created);

        Assert.Contains("does not keep texts", (string?)said["note"], StringComparison.Ordinal);
        var kept = await rig.ReadAsync("org_a", db => db.AnswerFeedback.OrderBy(f => f.At).ToListAsync());
        Assert.Equal([(Thumb.None, 0.25, "", ""), (Thumb.Up, null, "", "")], kept.Select(f => (f.Thumb, f.Score, f.Comment, f.Correction)));
        var (foreign, never) = (await SendAsync(rig, $"/v1/responses/{gemini}/feedback", other.Key, """{"thumb":"up"}""", HttpStatusCode.NotFound), await SendAsync(rig, "/v1/responses/ans_never/feedback", live.Key, """{"thumb":"up"}""", HttpStatusCode.NotFound));
        Assert.Equal(never.ToJsonString(), foreign.ToJsonString());
        await SendAsync(rig, $"/v1/responses/{gemini}/feedback", null, """{"thumb":"up"}""", HttpStatusCode.Unauthorized);
        foreach (var wrong in new[] { "{}", """{"thumb":"sideways"}""", """{"score":1.5}""", """{"thumb":"up","more":1}""", $$"""{"comment":"{{new string('x', 2_001)}}"}""" })
        {
            await SendAsync(rig, $"/v1/responses/{gemini}/feedback", live.Key, wrong, HttpStatusCode.BadRequest);
        }

        Assert.Equal(0, await rig.ReadAsync("org_b", db => db.AnswerFeedback.CountAsync()));
    }

    [Fact]
    public async Task Feedback_FromAPageElsewhere_IsNotAnswered()
    {
        await using var rig = await GatewayRig.StartAsync();
        await rig.GoLiveAsync("org_a", "intents");

        using var asked = await PreflightAsync(rig, "/v1/responses/ans_1/feedback");

        Assert.False(asked.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.False(asked.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Texts_AreKeptOnlyOnTheOwnersWord_Redacted_AndRemovedWithIt()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await SendAsync(rig, live.Generate, live.Key, Ask(Secret), HttpStatusCode.OK);
        var trait = await rig.ReadAsync("org_a", db => db.CallTraits.SingleAsync());
        Assert.Equal((await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync())).At, trait.At);
        Assert.Equal((Secret.Length, "billing", true, false), (trait.Length, trait.Label, trait.IsValid, trait.IsBlocked));
        await using (var admin = rig.As("org_a", MemberRole.Admin))
        {
            await Assert.ThrowsAsync<ForbiddenException>(() => admin.ServiceProvider.GetRequiredService<TextKeepingService>().SaveAsync(new KeepingChoice(true, 100, 30), CancellationToken.None));
        }

        await SetAsync(rig, new KeepingChoice(true, 100, 30));
        // What a call is looked at by is read again after some seconds: here at once, by a project that nobody has called yet.
        var fresh = await rig.GoLiveAsync("org_a", "more-intents");
        var id = (string)(await SendAsync(rig, fresh.Generate, fresh.Key, Ask(Secret), HttpStatusCode.OK))["responseId"]!;
        await SendAsync(rig, $"/v1/responses/{id}/feedback", fresh.Key, """{"comment":"Ask Anna.Weber@example.com","correctedAnswer":"card"}""", HttpStatusCode.Created);

        var kept = await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.StoredCalls.SingleOrDefaultAsync()));
        Assert.Equal((id, "billing", "My card [CARD_1] is gone, call [EMAIL_1]"), (kept.ResponseId, kept.Answer, kept.Input));
        var feedback = await rig.ReadAsync("org_a", db => db.AnswerFeedback.SingleAsync());
        Assert.Equal(("Ask [EMAIL_1]", "card"), (feedback.Comment, feedback.Correction));
        Assert.Contains("texts.kept", await rig.ReadAsync("org_a", db => db.Set<Portal.Persistence.AuditEntry>().Select(a => a.Action).ToListAsync()));

        await SetAsync(rig, new KeepingChoice(true, 100, 1));
        // A shorter time holds for what is there already, of both.
        var tomorrow = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(1);
        Assert.InRange((await rig.ReadAsync("org_a", db => db.StoredCalls.SingleAsync())).ExpiresAt, DateTime.UnixEpoch, tomorrow);
        Assert.InRange((await rig.ReadAsync("org_a", db => db.AnswerFeedback.SingleAsync())).TextExpiresAt!.Value, DateTime.UnixEpoch, tomorrow);

        await SetAsync(rig, new KeepingChoice(false, 100, 30));

        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.StoredCalls.CountAsync()));
        var wiped = await rig.ReadAsync("org_a", db => db.AnswerFeedback.SingleAsync());
        Assert.Equal(("", "", null), (wiped.Comment, wiped.Correction, wiped.TextExpiresAt));
    }

    [Fact]
    public async Task Texts_OfACallThatWasRefusedForWantOfItsRecord_AreNotKept()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await SetAsync(rig, new KeepingChoice(true, 100, 30));
        await using var services = rig.AsNobody();
        var writer = services.ServiceProvider.GetRequiredService<UsageWriter>();
        var call = new CallRecord(live.TenantId, live.ProjectId, live.EndpointId, live.DeploymentId, live.KeyId, UsageSource.Endpoint, "ans_recorded")
        {
            Status = 200, Problem = "", IsStreamed = false, Milliseconds = 5, Usage = new CallUsage(21, 0, 5, 0), InputPrice = 1, OutputPrice = 1, At = TimeProvider.System.GetUtcNow().UtcDateTime,
            Words = new CallWords { Asked = new VertexGenerateContentRequest { Contents = [new VertexContent { Role = "user", Parts = [new VertexPart { Text = "Where?" }] }] }, Answer = "card" },
        };

        await Assert.ThrowsAsync<GatewayException>(() => writer.WriteAsync(call with { ResponseId = "ans_refused", EndpointId = "end_none" }));
        await writer.WriteAsync(call);

        // Texts pass in their order: with the second here, the first would be.
        await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.StoredCalls.SingleOrDefaultAsync(c => c.ResponseId == "ans_recorded")));
        Assert.Equal(1, await rig.ReadAsync("org_a", db => db.StoredCalls.CountAsync()));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(10, 100)]
    [InlineData(100, 1000)]
    public void Picks_OfAThousandAnswers_AreAboutTheShare(int share, int expected)
    {
        var choice = new KeepingChoice(share > 0, Math.Max(1, share), 30);
        var picked = Enumerable.Range(0, 1_000).Count(i => choice.Picks(Portal.Persistence.PublicId.Create("ans", DateTime.UnixEpoch.AddSeconds(i))));

        Assert.InRange(picked, expected * 0.6, expected * 1.4);
    }

    private static async Task SetAsync(GatewayRig rig, KeepingChoice choice)
    {
        await using var owner = rig.As("org_a");
        await owner.ServiceProvider.GetRequiredService<TextKeepingService>().SaveAsync(choice, CancellationToken.None);
    }

    private static string Ask(string text) => $$"""{"contents":[{"role":"user","parts":[{"text":"{{text}}"}]}]}""";

    private static async Task<JsonNode> SendAsync(GatewayRig rig, string path, string? key, string? body, HttpStatusCode expected)
    {
        using var response = await rig.PostAsync(path, key, body ?? Ask("My card is gone"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(expected == response.StatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static Task<HttpResponseMessage> PreflightAsync(GatewayRig rig, string path)
    {
        var ask = new HttpRequestMessage(HttpMethod.Options, path);
        ask.Headers.Add("Origin", "https://shop.example");
        ask.Headers.Add("Access-Control-Request-Method", "POST");
        ask.Headers.Add("Access-Control-Request-Headers", "x-goog-api-key,content-type");
        return rig.Http.SendAsync(ask);
    }
}
