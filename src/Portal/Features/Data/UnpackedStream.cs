namespace Portal.Features.Data;

/// <summary>
/// What comes out of an archive, counted as it comes: what an archive says about its own size is not believed. Ends in words
/// where it is a bomb or damaged.
/// </summary>
internal sealed class UnpackedStream(Stream unpacking, long packed, DataOptions options) : Stream
{
    private const long FreeBytes = 64L << 20;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = unpacking.Read(buffer);
            Position += read;
            return Position > options.MaxUnpackedBytes || (Position > FreeBytes && Position / options.MaxUnpackRatio > packed)
                ? throw new PortalException($"The archive unpacks to far more than its size lets expect (over {Position >> 20:N0} MB), so the unpacking was stopped. Unpack it yourself and upload the file that holds the rows.")
                : read;
        }
        catch (InvalidDataException)
        {
            throw new PortalException("The archive is damaged: what is in it cannot be unpacked to its end. Make it again, or upload the file unpacked.");
        }
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            unpacking.Dispose();
        }

        base.Dispose(disposing);
    }
}
