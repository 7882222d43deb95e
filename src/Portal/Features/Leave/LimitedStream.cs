using Portal.Components;

namespace Portal.Features.Leave;

/// <summary>Writes no more than an archive may have, and stops before the disk is full for everybody.</summary>
/// <param name="stop">Asked now and then: why nothing more can be written, or null.</param>
internal sealed class LimitedStream(Stream inner, long maximum, Func<string?> stop) : Stream
{
    private const long AskEvery = 8 << 20;

    private long _asked;

    public override bool CanRead => false;

    public override bool CanSeek => inner.CanSeek;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => inner.Position = value; }

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

    public override void SetLength(long value) => inner.SetLength(value);

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Check(buffer.Length);
        inner.Write(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Check(buffer.Length);
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    private void Check(int more)
    {
        if (inner.Position + more > maximum)
        {
            throw new PortalException($"The archive grows beyond {Show.Bytes(maximum)}, the most that is allowed. Ask whoever runs the portal to raise Leave:MaxArchiveBytes.");
        }

        if (inner.Position - _asked >= AskEvery)
        {
            _asked = inner.Position;
            if (stop() is { } why)
            {
                throw new PortalException(why);
            }
        }
    }
}
