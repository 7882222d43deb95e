using System.Collections.Concurrent;
using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Options;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <summary>Makes clients that share connections, retries, their budgets and clock; a client is cheap and can be kept or thrown away.</summary>
public sealed class VertexClientFactory(IHttpMessageHandlerFactory http, IOptions<VertexTransportOptions> patience, TimeProvider clock)
{
    internal const string HttpClientName = "Portal.Vertex";

    /// <summary>One for all: its handlers live as long as it does, and to make one costs as much as a short call.</summary>
    private readonly Lazy<HttpMessageInvoker> _http = new(() => new HttpMessageInvoker(http.CreateHandler(HttpClientName), disposeHandler: false));

    private readonly ConcurrentDictionary<string, VertexRetryBudget> _budgets = new(StringComparer.Ordinal);

    /// <param name="options">Project, location and, for a sandbox, its address.</param>
    /// <param name="tokens">A <see cref="GoogleCredential"/> or another source; none only for an address on this machine.</param>
    public VertexClient CreateClient(VertexClientOptions options, ITokenAccess? tokens = null) =>
        new(_http.Value, Budgeted(options), tokens, clock, patience.Value);

    /// <inheritdoc cref="CreateClient"/>
    public VertexStorageClient CreateStorageClient(VertexClientOptions options, ITokenAccess? tokens = null) =>
        new(_http.Value, Budgeted(options), tokens, clock, patience.Value);

    private VertexClientOptions Budgeted(VertexClientOptions options) => options with { Retries = _budgets.GetOrAdd(options.RetryGroup, _ => new VertexRetryBudget()) };
}
