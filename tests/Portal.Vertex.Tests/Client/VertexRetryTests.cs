using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Time.Testing;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Client;

public sealed class VertexRetryTests
{
    private const string Job = "projects/1/locations/us-central1/tuningJobs/2";

    private static readonly VertexTuningJob s_job = new() { BaseModel = "gemini-3.5-flash", Labels = new Dictionary<string, string> { ["run"] = "r1" } };
    private static readonly VertexGenerateContentRequest s_prompt = new() { Contents = [VertexContent.User("hi")] };

    public static TheoryData<string, bool> CreateFaults => new()
    {
        { "429", false },
        { "400", false },
        { "500", true },
        { "503", true },
        { "reset", true },
        { "timeout", true },
        { "garbage", true },
        { "refused", false },
    };

    [Theory]
    [MemberData(nameof(CreateFaults))]
    public async Task Create_Failing_IsSentOnceAndSaysWhetherItMayHaveHappened(string fault, bool outcomeUnknown)
    {
        var google = new FakeGoogle();
        _ = fault switch
        {
            "reset" => google.Break(new HttpRequestException(HttpRequestError.ResponseEnded, "reset")),
            "refused" => google.Break(new HttpRequestException(HttpRequestError.ConnectionError, "refused")),
            "timeout" => google.Hang(),
            "garbage" => google.Answer("<html>"),
            _ => google.Answer((HttpStatusCode)int.Parse(fault, CultureInfo.InvariantCulture)),
        };
        google.Answer("""{"name":"a second job"}""");
        using var rig = new VertexRig(google, configure: options => options.Timeout = fault is "timeout" ? TimeSpan.FromMilliseconds(100) : options.Timeout);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().CreateTuningJobAsync(s_job, default));

        Assert.Single(google.Calls);
        Assert.Equal(outcomeUnknown, exception.OutcomeUnknown);
    }

    [Fact]
    public async Task CreateEndpoint_Unavailable_IsSentOnce()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.ServiceUnavailable).Answer("{}");
        using var rig = new VertexRig(google);

        await Assert.ThrowsAsync<VertexException>(() => rig.Client().CreateEndpointAsync("projects/1/locations/us", new VertexEndpoint(), default));

        Assert.Single(google.Calls);
    }

    [Theory]
    [InlineData(HttpStatusCode.RequestTimeout)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.GatewayTimeout)]
    public async Task Get_TransientFaults_IsRepeatedUntilItSucceeds(HttpStatusCode fault)
    {
        var google = new FakeGoogle().Answer(fault).Break(new HttpRequestException("no route")).Answer(fault).Answer(fault).Answer("""{"state":"JOB_STATE_RUNNING"}""");
        using var rig = new VertexRig(google);

        var job = await rig.Client().GetTuningJobAsync(Job, default);

        Assert.Equal(VertexJobState.Running, job.State);
        Assert.Equal(5, google.Calls.Count);
    }

    [Fact]
    public async Task Get_AlwaysFailing_StopsAfterFourRetries()
    {
        var google = new FakeGoogle();
        for (var i = 0; i < 10; i++)
        {
            google.Answer(HttpStatusCode.ServiceUnavailable);
        }

        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));

        Assert.Equal(5, google.Calls.Count);
        Assert.Equal((503, VertexErrorStatus.Unavailable, true, false), (exception.HttpStatus, exception.Status, exception.IsTransient, exception.OutcomeUnknown));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(501)]
    public async Task Get_RefusedForGood_IsNotRepeated(int status)
    {
        var google = new FakeGoogle().Answer((HttpStatusCode)status).Answer("{}");
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));

        Assert.Single(google.Calls);
        Assert.Equal(status, exception.HttpStatus);
        Assert.False(exception.IsTransient);
    }

    [Fact]
    public async Task Inference_Throttled_IsRepeatedTwiceWithItsBody()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.TooManyRequests).Answer(HttpStatusCode.TooManyRequests)
            .Answer("""{"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP"}]}""");
        using var rig = new VertexRig(google);

        var answer = await rig.Client().GenerateContentAsync("gemini-3.5-flash", s_prompt, default);

        Assert.Equal("ok", answer.Text);
        Assert.Equal(3, google.Calls.Count);
        Assert.All(google.Calls, call => Assert.Equal("""{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""", call.Body));
    }

    [Fact]
    public async Task Inference_AlwaysThrottled_StopsAfterTwoRetries()
    {
        var google = new FakeGoogle();
        for (var i = 0; i < 5; i++)
        {
            google.Answer(HttpStatusCode.TooManyRequests);
        }

        using var rig = new VertexRig(google);

        await Assert.ThrowsAsync<VertexException>(() => rig.Client().GenerateContentAsync("gemini-3.5-flash", s_prompt, default));

        Assert.Equal(3, google.Calls.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.Unauthorized)]
    public async Task Outage_OfEverything_IsRepeatedAtMostATenthOfWhatWasAskedAndByEachGroupOnItsOwn(HttpStatusCode fault)
    {
        const int Asked = 1_000;
        const int FromTheBeginning = 10;
        var google = new DownGoogle(fault);
        using var rig = new VertexRig(google);
        var noisy = rig.Client(VertexRig.Options with { RetryGroup = "noisy" }, new EndlessTokens());

        // The budget is shared by all clients of a group, whoever makes them, and holds for calls side by side.
        await Parallel.ForEachAsync(Enumerable.Range(0, Asked), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, ct) =>
        {
            var client = i % 2 is 0 ? noisy : rig.Client(VertexRig.Options with { RetryGroup = "noisy", Location = "global" }, new EndlessTokens());
            await Assert.ThrowsAsync<VertexException>(() => i % 3 is 0 ? client.GetTuningJobAsync(Job, ct) : client.GenerateContentAsync("gemini-3.5-flash", s_prompt, ct));
        });

        // Every credit is spent but for the last part of one: neither more nor much less than was allowed.
        Assert.InRange(google.Calls, Asked + (Asked / 10), Asked + (Asked / 10) + FromTheBeginning);

        // Of a group that was quiet, the first call is repeated as ever.
        var before = google.Calls;
        await Assert.ThrowsAsync<VertexException>(() => rig.Client(VertexRig.Options with { RetryGroup = "quiet" }, new EndlessTokens()).GetTuningJobAsync(Job, default));
        Assert.Equal(fault is HttpStatusCode.Unauthorized ? 2 : 5, google.Calls - before);
    }

    [Fact]
    public async Task Budget_AfterAnOutage_IsEarnedAgainByCalls()
    {
        var google = new DownGoogle(HttpStatusCode.ServiceUnavailable);
        using var rig = new VertexRig(google);
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));
        }

        google.IsDown = false;
        for (var i = 0; i < 20; i++)
        {
            await rig.Client().GetTuningJobAsync(Job, default);
        }

        google.IsDown = true;
        var before = google.Calls;
        await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));
        Assert.InRange(google.Calls - before, 3, 4);
    }

    [Fact]
    public async Task Change_AnsweredWithInternalError_IsNotRepeated()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.InternalServerError).Answer("{}");
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().UndeployModelAsync("projects/1/locations/us/endpoints/2", "3", default));

        Assert.Single(google.Calls);
        Assert.True(exception.OutcomeUnknown);
    }

    [Fact]
    public async Task Change_Throttled_IsRepeated()
    {
        var google = new FakeGoogle().Answer(HttpStatusCode.TooManyRequests).Answer("""{"name":"projects/1/locations/us/operations/9"}""");
        using var rig = new VertexRig(google);

        var operation = await rig.Client().DeleteEndpointAsync("projects/1/locations/us/endpoints/2", default);

        Assert.Equal("projects/1/locations/us/operations/9", operation.Name);
        Assert.Equal(2, google.Calls.Count);
    }

    [Theory]
    [InlineData("seconds")]
    [InlineData("date")]
    [InlineData("body")]
    public async Task RetryAfter_Given_IsHonoured(string how)
    {
        var clock = new RecordedTime();
        var google = new FakeGoogle(clock);
        _ = how switch
        {
            "seconds" => google.Answer("", HttpStatusCode.TooManyRequests, response => response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(7))),
            "date" => google.Answer("", HttpStatusCode.TooManyRequests, response => response.Headers.RetryAfter = new RetryConditionHeaderValue(clock.GetUtcNow().AddSeconds(7))),
            _ => google.Answer("""{"error":{"code":429,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}""", HttpStatusCode.TooManyRequests),
        };
        google.Answer("{}");
        using var rig = new VertexRig(google, clock);

        var get = rig.Client().GetTuningJobAsync(Job, default);
        await clock.PassUntilAsync(get);

        await get;
        Assert.Equal(2, google.Calls.Count);
        // Without the header the pause would be about a millisecond.
        Assert.InRange(Assert.Single(clock.Pauses), TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task RetryAfter_LongerThanTheCap_IsLeftToTheCaller()
    {
        var google = new FakeGoogle()
            .Answer("", HttpStatusCode.TooManyRequests, response => response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromHours(1)))
            .Answer("{}");
        using var rig = new VertexRig(google);

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));

        Assert.Equal(TimeSpan.FromHours(1), exception.RetryAfter);
        Assert.Single(google.Calls);
    }

    [Fact]
    public async Task Body_BreakingOff_IsAFailedAttempt()
    {
        var google = new FakeGoogle().Send(new StreamContent(new ChunkStream(["{\"na"u8.ToArray()], end: new IOException("reset")))).Answer("""{"name":"n"}""");
        using var rig = new VertexRig(google);

        Assert.Equal("n", (await rig.Client().GetTuningJobAsync(Job, default)).Name);
        Assert.Equal(2, google.Calls.Count);
    }

    [Fact]
    public async Task Get_NeverAnswered_IsATimeout()
    {
        var google = new FakeGoogle();
        for (var i = 0; i < 5; i++)
        {
            google.Hang();
        }

        using var rig = new VertexRig(google, configure: options => options.Timeout = TimeSpan.FromMilliseconds(400));

        var exception = await Assert.ThrowsAsync<VertexException>(() => rig.Client().GetTuningJobAsync(Job, default));

        Assert.Equal((0, VertexErrorStatus.Timeout, true), (exception.HttpStatus, exception.Status, exception.IsTransient));
        Assert.Equal(5, google.Calls.Count);
    }

    [Fact]
    public async Task Caller_Cancelling_IsNoFailureOfGoogle()
    {
        using var rig = new VertexRig(new FakeGoogle().Hang());
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.Client().GetTuningJobAsync(Job, cancellation.Token));
    }

    /// <summary>Answers every call with one fault, as long as it is down.</summary>
    private sealed class DownGoogle(HttpStatusCode fault) : HttpMessageHandler
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public bool IsDown { get; set; } = true;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Task.FromResult(IsDown ? new HttpResponseMessage(fault) { Content = new StringContent("") } : new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") });
        }
    }

    /// <summary>A new token whenever one is asked for.</summary>
    private sealed class EndlessTokens : ITokenAccess
    {
        private int _issued;

        public Task<string> GetAccessTokenForRequestAsync(string? authUri = null, CancellationToken cancellationToken = default) => Task.FromResult($"token-{Interlocked.Increment(ref _issued)}");
    }
}
