using Portal.Vertex;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Reads a streamed answer to its end once, and keeps what the end said: what was used, and what broke it off.</summary>
internal sealed class VendorStream : IAsyncDisposable
{
    private readonly CancellationTokenSource _limit;
    private readonly IAsyncEnumerator<VertexGenerateContentResponse> _chunks;
    private readonly AskedCall _asked;
    private VertexUsageMetadata? _told;
    private long _produced;
    private Task<VertexGenerateContentResponse?>? _pending;
    private bool _ended;

    public VendorStream(
        AskedCall asked, Func<CancellationToken, IAsyncEnumerable<VertexGenerateContentResponse>> open, TimeSpan limit, TimeProvider time)
    {
        _asked = asked;
        _limit = new CancellationTokenSource(limit, time);
        _chunks = open(_limit.Token).GetAsyncEnumerator(CancellationToken.None);
    }

    public GatewayException? Fault { get; private set; }

    /// <summary>What was said until now.</summary>
    public SpokenAnswer Spoken { get; } = new();

    public bool IsWhole => _ended && Fault is null;

    /// <summary>The vendor's own count where it said its last word; else reckoned from what came, and nothing where nothing did.</summary>
    public CallUsage Usage =>
        _ended && Fault is null && _told is not null ? CallUsage.Of(_told)
        : _told is null && _produced is 0 && (Fault is not null || !_ended) ? CallUsage.None
        : CallUsage.Estimate(_told, _asked.ToRequest(), _produced);

    /// <summary>Nobody waits any more: what still comes has to come in this time.</summary>
    public void EndWithin(TimeSpan time) => _limit.CancelAfter(time);

    /// <summary>Null at the end, however it came.</summary>
    /// <param name="gone">Whoever waits goes away; what they waited for is the next caller's.</param>
    public async Task<VertexGenerateContentResponse?> NextAsync(CancellationToken gone = default)
    {
        _pending ??= ReadAsync();
        var chunk = await _pending.WaitAsync(gone);
        _pending = null;
        return chunk;
    }

    public async ValueTask DisposeAsync()
    {
        if (_pending is not null)
        {
            await _limit.CancelAsync();
            await _pending;
        }

        await _chunks.DisposeAsync();
        _limit.Dispose();
    }

    private async Task<VertexGenerateContentResponse?> ReadAsync()
    {
        try
        {
            _ended = _ended || !await _chunks.MoveNextAsync();
        }
        catch (Exception fault) when (fault is VertexException or OperationCanceledException or PortalException)
        {
            (Fault, _ended) = (GatewayException.Of(fault), true);
        }

        if (_ended)
        {
            return null;
        }

        Spoken.Add(_chunks.Current);
        _told = _chunks.Current.UsageMetadata ?? _told;
        _produced += _chunks.Current.Candidates.Sum(c => CallUsage.BytesOf(c.Content));
        return _chunks.Current;
    }
}
