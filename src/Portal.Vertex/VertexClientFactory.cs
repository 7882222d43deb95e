using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.Options;

namespace Portal.Vertex;

/// <summary>Makes clients that share connections, retries and clock; a client is cheap and can be kept or thrown away.</summary>
public sealed class VertexClientFactory(IHttpClientFactory http, IOptions<VertexTransportOptions> patience, TimeProvider clock)
{
    internal const string HttpClientName = "Portal.Vertex";

    /// <param name="options">Project, location and, for a sandbox, its address.</param>
    /// <param name="tokens">A <see cref="GoogleCredential"/> or another source; none only for an address on this machine.</param>
    public VertexClient CreateClient(VertexClientOptions options, ITokenAccess? tokens = null) =>
        new(http.CreateClient(HttpClientName), options, tokens, clock, patience.Value);

    /// <inheritdoc cref="CreateClient"/>
    public VertexStorageClient CreateStorageClient(VertexClientOptions options, ITokenAccess? tokens = null) =>
        new(http.CreateClient(HttpClientName), options, tokens, clock, patience.Value);
}
