using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Reads a streamed answer to its end once, and keeps what the end said: what was used, and what broke it off.</summary>
internal sealed class VendorStream(IAsyncEnumerable<VertexGenerateContentResponse> answer) : IAsyncDisposable
{
    private readonly IAsyncEnumerator<VertexGenerateContentResponse> _chunks = answer.GetAsyncEnumerator(CancellationToken.None);
    private bool _ended;

    /// <summary>The newest that a chunk has told; the last chunk's is complete.</summary>
    public VertexUsageMetadata? Usage { get; private set; }

    public GatewayException? Fault { get; private set; }

    /// <summary>Null at the end, however it came.</summary>
    public async Task<VertexGenerateContentResponse?> NextAsync()
    {
        try
        {
            _ended = _ended || !await _chunks.MoveNextAsync();
        }
        catch (Exception fault) when (fault is VertexException or OperationCanceledException or PortalException)
        {
            (Fault, _ended) = (GatewayException.Of(fault), true);
        }

        Usage = _ended ? Usage : _chunks.Current.UsageMetadata ?? Usage;
        return _ended ? null : _chunks.Current;
    }

    public ValueTask DisposeAsync() => _chunks.DisposeAsync();
}
