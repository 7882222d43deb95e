using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Tests.Features.Model;

/// <summary>Answers generateContent at the very end of the real client: one delegate decides each answer from the last input.</summary>
public sealed class FakeVertex : HttpMessageHandler
{
    public ConcurrentQueue<(string Model, VertexGenerateContentRequest Request)> Calls { get; } = new();

    public Func<string, HttpResponseMessage> Respond { get; set; } = input => Text(input);

    public static HttpResponseMessage Text(string answer, int promptTokens = 100, int answerTokens = 10, int thoughtTokens = 0) => Json(
        HttpStatusCode.OK,
        new VertexGenerateContentResponse
        {
            Candidates = [new VertexCandidate { Content = VertexContent.Model(answer), FinishReason = VertexFinishReason.Stop }],
            UsageMetadata = new VertexUsageMetadata { PromptTokenCount = promptTokens, CandidatesTokenCount = answerTokens, ThoughtsTokenCount = thoughtTokens },
        });

    public static HttpResponseMessage Blocked(string reason) =>
        Json(HttpStatusCode.OK, new VertexGenerateContentResponse { PromptFeedback = new VertexPromptFeedback { BlockReason = reason } });

    public static HttpResponseMessage Error(HttpStatusCode code, string status, string message)
    {
        var body = JsonSerializer.Serialize(new { error = new { code = (int)code, status, message } });
        return new HttpResponseMessage(code) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.RequestUri?.AbsolutePath.Contains(":generateContent", StringComparison.Ordinal) is not true || request.Content is not { } content)
        {
            return Error(HttpStatusCode.Forbidden, "PERMISSION_DENIED", "It only answers.");
        }

        var body = await content.ReadAsStringAsync(cancellationToken);
        var asked = JsonSerializer.Deserialize<VertexGenerateContentRequest>(body, VertexJson.Options) ?? throw new InvalidOperationException(body);
        Calls.Enqueue((request.RequestUri?.AbsolutePath ?? "", asked));
        return Respond(asked.Contents[^1].Parts[0].Text ?? "");
    }

    private static HttpResponseMessage Json(HttpStatusCode code, VertexGenerateContentResponse body) =>
        new(code) { Content = new StringContent(JsonSerializer.Serialize(body, VertexJson.Options), Encoding.UTF8, "application/json") };
}
