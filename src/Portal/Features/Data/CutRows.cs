using System.Buffers;

namespace Portal.Features.Data;

/// <summary>Rows that were cut off a file and are held as they came, until some thread reads them.</summary>
internal sealed class CutRows : JsonRows
{
    private readonly List<(long Line, string? Problem, int End)> _rows = [];
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _next;

    public int Count => _rows.Count;

    public int Bytes => _rows is [.., var last] ? last.End : 0;

    public void Add(long line, string? problem, ReadOnlySpan<byte> row)
    {
        var (start, end) = (Bytes, Bytes + row.Length);
        if (end > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(end, _bytes.Length * 2));
            _bytes.AsSpan(0, start).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        row.CopyTo(_bytes.AsSpan(start));
        _rows.Add((line, problem, end));
    }

    public override bool Next(out ReadOnlySpan<byte> row)
    {
        row = default;
        if (_next == _rows.Count)
        {
            return false;
        }

        var start = _next is 0 ? 0 : _rows[_next - 1].End;
        (Line, Problem, var end) = _rows[_next++];
        row = _bytes.AsSpan(start, end - start);
        return true;
    }

    public override void Dispose()
    {
        // Given back once: another file may have it next.
        var bytes = _bytes;
        (_bytes, _next) = ([], _rows.Count);
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }
}
