using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Portal.Vertex.Transport;

/// <summary>Retries and patience, by kind of call, while the group's budget allows for retries. Source: vertex-ai.md 1.4.</summary>
internal static class VertexResilience
{
    private const int ReadRetries = 4;
    private const int InferenceRetries = 2;

    public static ResiliencePipeline<HttpResponseMessage> Pipeline(VertexTransportOptions options, TimeProvider clock)
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock };
        pipeline
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = ReadRetries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.BaseDelay,
                MaxDelay = options.MaxDelay,
                ShouldHandle = async args =>
                    args.AttemptNumber < Retries(KindOf(args.Context))
                    && CanRepeat(KindOf(args.Context), args.Outcome)
                    && (await AskedDelayAsync(args.Outcome, clock) ?? TimeSpan.Zero) <= options.MaxDelay
                    // Last: whoever comes so far does repeat.
                    && VertexRetryHandler.RequestOf(args.Context)?.TrySpendRetry() is true,
                DelayGenerator = async args => await AskedDelayAsync(args.Outcome, clock),
            });
        return pipeline.Build();
    }

    /// <summary>How long one attempt may take.</summary>
    public static TimeSpan LimitOf(VertexCallKind kind, VertexTransportOptions options) =>
        kind is VertexCallKind.Inference or VertexCallKind.Stream ? options.InferenceTimeout : options.Timeout;

    private static VertexCallKind KindOf(ResilienceContext context) =>
        VertexRetryHandler.RequestOf(context)?.GetKind() ?? VertexCallKind.Create;

    private static int Retries(VertexCallKind kind) => kind switch
    {
        VertexCallKind.Safe or VertexCallKind.Download or VertexCallKind.Change => ReadRetries,
        VertexCallKind.Inference or VertexCallKind.Stream => InferenceRetries,
        _ => 0,
    };

    /// <summary>Whether it failed in a way that another attempt may mend and cannot harm.</summary>
    public static bool CanRepeat(VertexCallKind kind, Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Exception is { } exception)
        {
            return kind == VertexCallKind.Change
                ? VertexErrorReader.NeverSent(exception)
                : exception is HttpRequestException or IOException or TimeoutRejectedException;
        }

        var status = (int)outcome.Result!.StatusCode;
        return kind == VertexCallKind.Change ? status is 429 or 503 : status is 408 or 429 or (>= 500 and not 501);
    }

    private static async ValueTask<TimeSpan?> AskedDelayAsync(Outcome<HttpResponseMessage> outcome, TimeProvider clock) =>
        outcome.Result is { IsSuccessStatusCode: false } response
            ? (await VertexErrorReader.ReadAsync(response, VertexCallKind.Safe, clock)).RetryAfter
            : null;
}
