namespace Portal.Sandbox.Faults;

/// <summary>Lets bytes through in small pieces with a pause after each.</summary>
internal sealed class DrippingStream(Stream inner, int pauseMilliseconds) : Stream
{
    private const int Piece = 24;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        for (; !buffer.IsEmpty; buffer = buffer[Math.Min(Piece, buffer.Length)..])
        {
            await inner.WriteAsync(buffer[..Math.Min(Piece, buffer.Length)], cancellationToken);
            await inner.FlushAsync(cancellationToken);
            await Task.Delay(pauseMilliseconds, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("The server writes asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("The server writes asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
