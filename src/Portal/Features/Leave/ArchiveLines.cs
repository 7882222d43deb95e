using System.Text.Json;

namespace Portal.Features.Leave;

/// <summary>The lines of a table as JSON objects, one at a time, none longer than a row can be.</summary>
internal sealed class ArchiveLines(Stream table, string path)
{
    private const int LongestLine = 32 << 20;

    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private byte[] _buffer = new byte[1 << 16];
    private int _start;
    private int _end;

    /// <summary>The line that was read last, counted from 1.</summary>
    public int Number { get; private set; }

    public PortalException Refused(string why, Exception? cause = null) => ArchiveReader.Refused($"{path}, line {Number}: {why}.", cause);

    /// <summary>The next row, or null at the end. The document is the caller's to dispose of.</summary>
    public JsonDocument? Next()
    {
        if (NextLine() is not { } line)
        {
            return null;
        }

        Number++;
        try
        {
            var row = JsonDocument.Parse(line, s_json);
            return row.RootElement.ValueKind is JsonValueKind.Object ? row : throw Refused("it is no object");
        }
        catch (JsonException wrong)
        {
            throw Refused("it is not JSON, or names a column twice", wrong);
        }
    }

    private ReadOnlyMemory<byte>? NextLine()
    {
        for (var searched = _start; ;)
        {
            var found = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (found >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + found - _start);
                _start = searched + found + 1;
                return line;
            }

            searched = _end - _start;
            MakeRoom();
            var read = table.Read(_buffer, _end, _buffer.Length - _end);
            _end += read;
            if (read is 0)
            {
                return _end == _start ? null : throw ArchiveReader.Refused($"{path} ends within a line.");
            }
        }
    }

    private void MakeRoom()
    {
        var held = _end - _start;
        if (held > LongestLine)
        {
            throw ArchiveReader.Refused($"{path}, line {Number + 1}: it is longer than {LongestLine >> 20} MB.");
        }

        var target = held * 2 > _buffer.Length ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, held).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, held);
    }
}
