using Polly;

namespace Portal.Vertex.Transport;

/// <summary>
/// Sends a request, and again where <see cref="VertexResilience"/> says so. Nearly every call is answered at once, so only those that are not
/// pass Polly's pipeline, which has the answer of the first attempt for its own first.
/// </summary>
internal sealed class VertexRetryHandler(VertexTransportOptions options, TimeProvider clock) : DelegatingHandler
{
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

    /// <summary>Each attempt has a limit of its own; it ends with the headers where the answer is read as it comes.</summary>
    private async ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(HttpRequestMessage request, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(VertexResilience.LimitOf(request.GetKind(), options), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return Outcome.FromResult(await base.SendAsync(request, either.Token));
        }
        catch (OperationCanceledException late) when (limit.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            return Outcome.FromException<HttpResponseMessage>(new Polly.Timeout.TimeoutRejectedException("Google did not answer in time.", late));
        }
        catch (Exception fault)
        {
            return Outcome.FromException<HttpResponseMessage>(fault);
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
