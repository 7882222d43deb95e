namespace Portal.Vertex.Transport;

/// <summary>Reads a body as it comes and gives up when it falls silent.</summary>
internal sealed class VertexIdleReader : IDisposable
{
    private readonly Stream _body;
    private readonly VertexTransport _transport;
    private readonly VertexCallKind _kind;
    private readonly CancellationToken _cancelled;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;

    public VertexIdleReader(Stream body, VertexTransport transport, VertexCallKind kind, CancellationToken cancellationToken)
    {
        _body = body;
        _transport = transport;
        _kind = kind;
        _cancelled = cancellationToken;
        _silence = new CancellationTokenSource(Timeout.InfiniteTimeSpan, transport.Clock);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
    }

    /// <summary>0 at the end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        _silence.CancelAfter(_transport.Patience.IdleTimeout);
        try
        {
            return await _body.ReadAsync(buffer, _either.Token);
        }
        catch (Exception exception) when (VertexTransport.IsFault(exception, _cancelled))
        {
            throw VertexErrorReader.FromTransport(exception, _kind);
        }
        finally
        {
            _silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose()
    {
        _either.Dispose();
        _silence.Dispose();
    }
}
