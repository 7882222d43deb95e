using System.Net;
using System.Text;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexStreamTests
{
    private const string Last = """{"candidates":[{"content":{"parts":[{"text":"ung 日本"}]},"finishReason":"STOP"}],"usageMetadata":{"totalTokenCount":9}}""";

    private static readonly string s_whole = "data: " + """{"candidates":[{"content":{"parts":[{"text":"Kündig"}]}}]}""" + "\n\ndata: " + Last + "\n\n";

    [Fact]
    public async Task Stream_CutAnywhere_GivesTheSameChunks()
    {
        var bytes = Encoding.UTF8.GetBytes(s_whole);
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var chunks = await ReadAsync(new ChunkStream([bytes[..cut], bytes[cut..]]));

            Assert.Equal(["Kündig", "ung 日本"], chunks.Select(chunk => chunk.Text));
            Assert.Equal(9, chunks[1].UsageMetadata!.TotalTokenCount);
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Stream_ByteByByteWithAnyLineEnd_GivesTheSameChunks(string lineEnd)
    {
        var text = $": comment\nevent: message\nid: 1\n{s_whole}".Replace("\n", lineEnd, StringComparison.Ordinal);

        var chunks = await ReadAsync(new ChunkStream(Encoding.UTF8.GetBytes(text).Select(single => new[] { single })));

        Assert.Equal(["Kündig", "ung 日本"], chunks.Select(chunk => chunk.Text));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Event_OverSeveralDataLines_IsJoined(string lineEnd)
    {
        var text = "data: {\"candidates\":[{\ndata:\"finishReason\":\"STOP\"}]}\n\n".Replace("\n", lineEnd, StringComparison.Ordinal);

        var chunks = await ReadAsync(new ChunkStream(Encoding.UTF8.GetBytes(text).Select(single => new[] { single })));

        Assert.Equal("STOP", Assert.Single(chunks).Candidates[0].FinishReason);
    }

    [Theory]
    [InlineData("data: ")]
    [InlineData("")]
    public async Task Error_InTheMiddle_IsThrownAfterWhatCameBefore(string prefix)
    {
        var seen = new List<string>();
        using var rig = new VertexRig(new FakeGoogle().Send(new StreamContent(Body(
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n" + prefix + "{\"error\":{\"code\":429,\"message\":\"slow down\",\"status\":\"RESOURCE_EXHAUSTED\"}}\n\n"))));

        var exception = await Assert.ThrowsAsync<VertexException>(async () =>
        {
            await foreach (var chunk in Stream(rig))
            {
                seen.Add(chunk.Text);
            }
        });

        Assert.Equal(["a"], seen);
        Assert.Equal((429, VertexErrorStatus.ResourceExhausted, "slow down", true), (exception.HttpStatus, exception.Status, exception.Message, exception.IsTransient));
    }

    [Theory]
    [InlineData("data: " + Last)]
    [InlineData("data: " + Last + "\n")]
    [InlineData("data: " + Last + "\n\ndata: {\"error")]
    public async Task LastEvent_WithoutItsBlankLine_IsAFailure(string body)
    {
        var exception = await Assert.ThrowsAsync<VertexException>(() => ReadAsync(Body(body)));

        Assert.Equal((0, VertexErrorStatus.Unreachable), (exception.HttpStatus, exception.Status));
    }

    [Fact]
    public async Task Stream_WithoutFinishReason_IsAFailure()
    {
        await Assert.ThrowsAsync<VertexException>(() => ReadAsync(Body("data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\n\n")));
        await Assert.ThrowsAsync<VertexException>(() => ReadAsync(Body("")));
    }

    [Fact]
    public async Task Prompt_Blocked_IsAnAnswer()
    {
        var chunks = await ReadAsync(Body("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n"));

        Assert.Equal("SAFETY", Assert.Single(chunks).PromptFeedback!.BlockReason);
    }

    [Fact]
    public async Task Connection_BreakingAfterTheFirstByte_IsAFailureAndNotRepeated()
    {
        var google = new FakeGoogle().Send(new StreamContent(new ChunkStream(["data: {"u8.ToArray()], new IOException("reset")))).Answer("{}");
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => Stream(rig).ToListAsync().AsTask());

        Assert.Equal(VertexErrorStatus.Unreachable, exception.Status);
        Assert.Single(google.Calls);
    }

    [Fact]
    public async Task Stream_FallingSilent_IsATimeout()
    {
        using var rig = new VertexRig(
            new FakeGoogle().Send(new StreamContent(new ChunkStream(["data: {"u8.ToArray()], hang: true))),
            configure: options => options.IdleTimeout = TimeSpan.FromMilliseconds(50));

        var exception = await Assert.ThrowsAsync<VertexException>(() => Stream(rig).ToListAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(3)));

        Assert.Equal(VertexErrorStatus.Timeout, exception.Status);
    }

    [Fact]
    public async Task Stream_ThrottledBeforeTheFirstByte_IsRepeated()
    {
        var google = new FakeGoogle().Answer("""[{"error":{"code":429}}]""", HttpStatusCode.TooManyRequests).Send(new StreamContent(Body(s_whole)));
        using var rig = new VertexRig(google);

        Assert.Equal(2, await Stream(rig).CountAsync());
        Assert.Equal("?alt=sse", google.Calls[1].Uri.Query);
    }

    private static ChunkStream Body(string text) => new([Encoding.UTF8.GetBytes(text)]);

    private static IAsyncEnumerable<VertexGenerateContentResponse> Stream(VertexRig rig) => rig.Client()
        .StreamGenerateContentAsync("gemini-3.5-flash", new VertexGenerateContentRequest { Contents = [VertexContent.User("hi")] }, default);

    private static async Task<List<VertexGenerateContentResponse>> ReadAsync(ChunkStream body)
    {
        using var rig = new VertexRig(new FakeGoogle().Send(new StreamContent(body)));
        return await Stream(rig).ToListAsync();
    }
}
