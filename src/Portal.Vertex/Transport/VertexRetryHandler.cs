using Polly;

namespace Portal.Vertex.Transport;

/// <summary>
/// Sends a request, and again where <see cref="VertexResilience"/> says so. Nearly every call is answered at once, so only those that are not
/// pass Polly's pipeline, which has the answer of the first attempt for its own first.
/// </summary>
internal sealed class VertexRetryHandler(VertexTransportOptions options, TimeProvider clock) : DelegatingHandler
{
    /// <summary>Far above any answer that is not streamed; a service gone mad must not fill the memory.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private static readonly ResiliencePropertyKey<HttpRequestMessage> s_request = new("Portal.Vertex.Request");

    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = VertexResilience.Pipeline(options, clock);

    public static HttpRequestMessage? RequestOf(ResilienceContext context) => context.Properties.TryGetValue(s_request, out var request) ? request : null;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var first = await AttemptAsync(request, cancellationToken);
        if (first.Exception is null && !VertexResilience.CanRepeat(request.GetKind(), first))
        {
            return first.Result!;
        }

        var context = ResilienceContextPool.Shared.Get(cancellationToken);
        try
        {
            context.Properties.Set(s_request, request);
            var outcome = await _pipeline.ExecuteOutcomeAsync(static (attempt, all) => all.NextAsync(attempt.CancellationToken), context, new Attempts(this, request, first));
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>
    /// Each attempt has a limit of its own, to the end of its answer: one that breaks off or never ends has failed. Of an answer that the caller
    /// reads as it comes it ends with the headers.
    /// </summary>
    private async ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var kind = request.GetKind();
        using var limit = new CancellationTokenSource(VertexResilience.LimitOf(kind, options), clock);
        using var either = ct.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token) : null;
        HttpResponseMessage? response = null;
        try
        {
            response = await base.SendAsync(request, (either ?? limit).Token);
            if (!response.IsSuccessStatusCode || kind is not (VertexCallKind.Stream or VertexCallKind.Download))
            {
                await response.Content.LoadIntoBufferAsync(MaxBytes, (either ?? limit).Token);
            }

            return Outcome.FromResult(response);
        }
        catch (Exception fault)
        {
            response?.Dispose();
            return Outcome.FromException<HttpResponseMessage>(fault is OperationCanceledException && limit.IsCancellationRequested && !ct.IsCancellationRequested
                ? new Polly.Timeout.TimeoutRejectedException("Google did not answer in time.", fault) : fault);
        }
    }

    private sealed class Attempts(VertexRetryHandler handler, HttpRequestMessage request, Outcome<HttpResponseMessage> first)
    {
        private bool _isFirstTold;

        public ValueTask<Outcome<HttpResponseMessage>> NextAsync(CancellationToken ct)
        {
            if (_isFirstTold)
            {
                return handler.AttemptAsync(request, ct);
            }

            _isFirstTold = true;
            return ValueTask.FromResult(first);
        }
    }
}
