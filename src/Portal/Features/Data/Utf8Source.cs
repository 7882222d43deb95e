namespace Portal.Features.Data;

/// <summary>A window over a stream of UTF-8 that slides forward and grows only as far as one row needs.</summary>
internal sealed class Utf8Source(Stream stream) : IDisposable
{
    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;
    private bool _isBegun;

    /// <summary>What has been read and not yet been taken.</summary>
    public ReadOnlySpan<byte> Window => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Takes bytes from the front of the window.</summary>
    public void Skip(int count) => _start += count;

    /// <summary>Makes the window longer. False at the end of the stream.</summary>
    public bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        if (!_isBegun && (_isBegun = true) && Window.StartsWith("\uFEFF"u8))
        {
            _start += 3;
        }

        return read > 0;
    }

    public void Dispose() => stream.Dispose();
}
