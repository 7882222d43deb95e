using System.Buffers.Binary;
using System.IO.Compression;

namespace Portal.Features.Data;

/// <summary>A gzip file, unpacked. The library stops in silence where the file was cut off, so the length that stands at its end is compared.</summary>
internal sealed class GzipContent : Stream
{
    private readonly UnpackedStream _content;
    private readonly uint _length;

    public GzipContent(Stream file, DataOptions options)
    {
        Span<byte> end = stackalloc byte[4];
        file.Position = Math.Max(0, file.Length - 4);
        file.ReadAtLeast(end, 4, throwOnEndOfStream: false);
        _length = BinaryPrimitives.ReadUInt32LittleEndian(end);
        file.Position = 0;
        _content = new UnpackedStream(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true), file.Length, options);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => _content.Position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _content.Read(buffer);
        return read is 0 && buffer.Length > 0 && (uint)_content.Position != _length
            ? throw new PortalException("The gzip file is cut off, or was put together from several. Make it again, or upload the file unpacked.")
            : read;
    }

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
        }

        base.Dispose(disposing);
    }
}
