namespace Portal.Features.Data;

/// <summary>
/// The fingerprints of many rows in columns: some hundred bytes a row, however long its texts are. All that is kept of a file while
/// its rows are compared with each other.
/// </summary>
internal sealed class RowPrints
{
    private uint[] _keys = [];
    private uint[] _pairs = [];
    private int[] _pairStarts = [0];
    private ulong[] _words = [];

    public int Count { get; private set; }

    /// <summary>Bytes held, for whoever wants to know.</summary>
    public long Bytes => (4L * (_keys.Length + _pairs.Length + _pairStarts.Length)) + (8L * _words.Length);

    public void Add(ReadOnlySpan<uint> pairs, ulong words)
    {
        if (Count == _words.Length)
        {
            var room = Math.Max(256, Count * 2);
            Array.Resize(ref _words, room);
            Array.Resize(ref _keys, room * MinHash.Keys);
            Array.Resize(ref _pairStarts, room + 1);
        }

        var start = _pairStarts[Count];
        var room2 = start + Math.Min(pairs.Length, Shingles.MaximumKept);
        if (room2 > _pairs.Length)
        {
            Array.Resize(ref _pairs, Math.Max(room2, Math.Max(4_096, _pairs.Length * 2)));
        }

        MinHash.Fill(pairs, _keys.AsSpan(Count * MinHash.Keys, MinHash.Keys));
        _pairStarts[Count + 1] = start + Shingles.Keep(pairs, _pairs.AsSpan(start, room2 - start));
        _words[Count++] = words;
    }

    public ulong WordsOf(int row) => _words[row];

    public uint KeyOf(int row, int key) => _keys[(row * MinHash.Keys) + key];

    /// <summary>Its word pairs, or a fair sample of them where they are many.</summary>
    public Span<uint> PairsOf(int row) => _pairs.AsSpan(_pairStarts[row], _pairStarts[row + 1] - _pairStarts[row]);

    /// <summary>One after the other; the parts are emptied on the way, so that nothing is held twice for long.</summary>
    public static RowPrints Join(IReadOnlyList<RowPrints> parts)
    {
        var (rows, pairs) = (parts.Sum(p => p.Count), parts.Sum(p => p._pairStarts[p.Count]));
        var all = new RowPrints
        {
            Count = rows, _words = new ulong[rows], _keys = new uint[rows * MinHash.Keys], _pairStarts = new int[rows + 1], _pairs = new uint[pairs],
        };
        int row = 0, pair = 0;
        foreach (var part in parts)
        {
            Array.Copy(part._words, 0, all._words, row, part.Count);
            Array.Copy(part._keys, 0, all._keys, row * MinHash.Keys, part.Count * MinHash.Keys);
            Array.Copy(part._pairs, 0, all._pairs, pair, part._pairStarts[part.Count]);
            for (var i = 1; i <= part.Count; i++)
            {
                all._pairStarts[row + i] = pair + part._pairStarts[i];
            }

            (row, pair) = (row + part.Count, pair + part._pairStarts[part.Count]);
            (part._words, part._keys, part._pairs, part._pairStarts, part.Count) = ([], [], [], [0], 0);
        }

        return all;
    }
}
