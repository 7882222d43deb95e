namespace Portal.Features.Data;

/// <summary>Pieces of one text in their order. What was found first keeps its place: a later piece that overlaps it is refused.</summary>
internal sealed class FoundTexts
{
    private readonly List<FoundText> _pieces = [];
    private int _offset;
    private (int From, int To) _bounds = (0, int.MaxValue);

    public int Count => _pieces.Count;

    public List<FoundText> ToList() => [.. _pieces];

    /// <summary>From here on places count from an offset, and only what touches the bounds is taken: a part of the text is being searched.</summary>
    public void Within(int offset, int from, int to) => (_offset, _bounds) = (offset, (from, to));

    public bool IsFree(int start, int end)
    {
        (start, end) = (start + _offset, end + _offset);
        if (end <= _bounds.From || start >= _bounds.To)
        {
            return false;
        }

        var next = IndexOf(start);
        return (next == _pieces.Count || _pieces[next].Start >= end) && (next is 0 || _pieces[next - 1].End <= start);
    }

    public void Add(PersonalKind kind, int start, int length)
    {
        if (IsFree(start, start + length))
        {
            _pieces.Insert(IndexOf(start + _offset), new FoundText(kind, start + _offset, length));
        }
    }

    /// <summary>Where the first piece stands that begins at a place or after it.</summary>
    private int IndexOf(int start)
    {
        int low = 0, high = _pieces.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _pieces[middle].Start < start ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
