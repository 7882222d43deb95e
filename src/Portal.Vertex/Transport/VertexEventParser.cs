using System.Buffers;

namespace Portal.Vertex.Transport;

/// <summary>
/// Server-sent events out of chunks cut anywhere, also inside a character: bytes are kept until an event is whole.
/// Source: vertex-ai.md 5.4 and 11.5.
/// </summary>
internal sealed class VertexEventParser
{
    private readonly ArrayBufferWriter<byte> _line = new();
    private readonly ArrayBufferWriter<byte> _data = new();
    private bool _afterCarriageReturn;
    private bool _hasData;

    /// <summary>Whether bytes are waiting for the blank line that would end their event.</summary>
    public bool HasPartialEvent => _hasData || _line.WrittenCount > 0;

    /// <summary>The data of the events that the chunk completes.</summary>
    public IReadOnlyList<byte[]> Feed(ReadOnlySpan<byte> chunk)
    {
        var events = new List<byte[]>();
        while (!chunk.IsEmpty)
        {
            var secondOfPair = _afterCarriageReturn && chunk[0] == '\n';
            _afterCarriageReturn = false;
            if (secondOfPair)
            {
                chunk = chunk[1..];
                continue;
            }

            var end = chunk.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
            {
                _line.Write(chunk);
                break;
            }

            _line.Write(chunk[..end]);
            _afterCarriageReturn = chunk[end] == '\r';
            chunk = chunk[(end + 1)..];
            if (EndLine() is { } data)
            {
                events.Add(data);
            }
        }

        return events;
    }

    private byte[]? EndLine()
    {
        var line = _line.WrittenSpan;
        byte[]? complete = null;
        if (line.IsEmpty)
        {
            complete = _hasData ? _data.WrittenSpan.ToArray() : null;
            _data.ResetWrittenCount();
            _hasData = false;
        }
        else if (line.StartsWith("data:"u8))
        {
            Append(line.Length > 5 && line[5] == ' ' ? line[6..] : line[5..]);
        }
        else if (line[0] is (byte)'{' or (byte)'[')
        {
            // A fault sent bare, without the prefix: read it rather than lose it.
            Append(line);
        }

        _line.ResetWrittenCount();
        return complete;
    }

    private void Append(ReadOnlySpan<byte> data)
    {
        if (_hasData)
        {
            _data.Write("\n"u8);
        }

        _data.Write(data);
        _hasData = true;
    }
}
