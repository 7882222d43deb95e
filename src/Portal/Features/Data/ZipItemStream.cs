using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace Portal.Features.Data;

/// <summary>One file of an archive, unpacked. Its end is only believed when the bytes and their CRC-32 are those the directory names.</summary>
internal sealed class ZipItemStream : Stream
{
    private readonly ZipItem _item;
    private readonly Stream _content;
    private readonly Crc32 _crc = new();
    private bool _isChecked;

    private ZipItemStream(ZipItem item, Stream content) => (_item, _content) = (item, content);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _item.Length;

    public override long Position { get; set; }

    public static Stream Open(Stream archive, ZipItem item, DataOptions options)
    {
        var header = new byte[30];
        archive.Position = item.Offset;
        if (archive.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().StartsWith("PK\x3\x4"u8))
        {
            throw Damaged(item);
        }

        var start = item.Offset + 30 + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        var packed = new StreamSlice(archive, start, item.PackedLength);
        Stream unpacking = item.Method switch
        {
            0 => packed,
            8 => new DeflateStream(packed, CompressionMode.Decompress),
            _ => throw new PortalException($"\"{item.Name}\" is packed in a way that is not known here (method {item.Method}). Make the archive again with the usual \"Deflate\", or upload the file unpacked."),
        };
        return new ZipItemStream(item, new UnpackedStream(unpacking, item.PackedLength, options));
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = _content.Read(buffer);
        Position += read;
        _crc.Append(buffer[..read]);
        if (Position > _item.Length || (read is 0 && buffer.Length > 0 && !_isChecked && !IsWhole()))
        {
            throw Damaged(_item);
        }

        return read;
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

    private bool IsWhole() => _isChecked = Position == _item.Length && _crc.GetCurrentHashAsUInt32() == _item.Crc;

    private static PortalException Damaged(ZipItem item) =>
        new($"The archive is damaged: \"{item.Name}\" does not unpack to the {item.Length:N0} bytes, or not to the content, that the archive itself names. Make it again, or upload the file unpacked.");
}
