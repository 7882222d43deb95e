namespace Portal.Features.Data;

/// <summary>
/// The fingerprints of many rows in columns: some hundred bytes a row, however long its texts are. All that is kept of a file while
/// its rows are compared with each other. Kept in blocks, so that a long file costs no copying from one array to a larger one.
/// </summary>
internal sealed class RowPrints
{
    private const int BlockBits = 14;
    private const int BlockRows = 1 << BlockBits;
    private const int FirstRows = 256;

    private readonly List<Block> _blocks = [];

    public int Count { get; private set; }

    /// <summary>Bytes held, for whoever wants to know.</summary>
    public long Bytes => _blocks.Sum(b => b.Bytes);

    public void Add(ReadOnlySpan<uint> pairs, ulong words)
    {
        var block = Room(1);
        var row = Count++ & (BlockRows - 1);
        Span<uint> keys = stackalloc uint[MinHash.Keys];
        MinHash.Fill(pairs, keys);
        for (var key = 0; key < MinHash.Keys; key++)
        {
            block.Keys[(key * block.Capacity) + row] = keys[key];
        }

        var start = block.Starts[row];
        var kept = block.PairRoom(start, Math.Min(pairs.Length, Shingles.MaximumKept));
        block.Starts[row + 1] = start + Shingles.Keep(pairs, kept);
        block.Words[row] = words;
    }

    /// <summary>The rows of another, behind these.</summary>
    public void Add(RowPrints others)
    {
        foreach (var (part, index) in others._blocks.Select((b, i) => (b, i)))
        {
            var many = Math.Min(BlockRows, others.Count - (index << BlockBits));
            for (var taken = 0; taken < many;)
            {
                var block = Room(many - taken);
                var row = Count & (BlockRows - 1);
                var rows = Math.Min(many - taken, block.Capacity - row);
                block.Copy(part, taken, row, rows);
                (Count, taken) = (Count + rows, taken + rows);
            }
        }
    }

    /// <summary>For the next rows, in the same room.</summary>
    public void Clear() => Count = 0;

    /// <summary>Half of the hash of their words, for rows in this order.</summary>
    public void TakeWords(ReadOnlySpan<int> rows, Span<uint> into)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            into[i] = (uint)(WordsOf(rows[i]) >> 32);
        }
    }

    public void TakeKeys(ReadOnlySpan<int> rows, int key, Span<uint> into)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            into[i] = KeyOf(rows[i], key);
        }
    }

    public ulong WordsOf(int row) => _blocks[row >> BlockBits].Words[row & (BlockRows - 1)];

    public uint KeyOf(int row, int key)
    {
        var block = _blocks[row >> BlockBits];
        return block.Keys[(key * block.Capacity) + (row & (BlockRows - 1))];
    }

    /// <summary>Its word pairs, or a fair sample of them where they are many.</summary>
    public Span<uint> PairsOf(int row)
    {
        var (block, at) = (_blocks[row >> BlockBits], row & (BlockRows - 1));
        return block.Pairs.AsSpan(block.Starts[at], block.Starts[at + 1] - block.Starts[at]);
    }

    /// <summary>The block that the next rows go into. Only the first begins small.</summary>
    private Block Room(int rows)
    {
        var (index, row) = (Count >> BlockBits, Count & (BlockRows - 1));
        if (index == _blocks.Count)
        {
            // What the rows before needed, these will need too.
            var pairs = index is 0 ? 0 : _blocks[index - 1].Starts[BlockRows];
            _blocks.Add(new Block(index is 0 ? FirstRows : BlockRows, pairs + (pairs / 8)));
        }

        var block = _blocks[index];
        var wanted = Math.Min(BlockRows, row + rows);
        return wanted <= block.Capacity ? block : _blocks[index] = block.Grown(Math.Max(wanted, Math.Min(BlockRows, block.Capacity * 2)), row);
    }

    /// <summary>Rows in columns: all first keys, all second keys, and so on, as they are gone through.</summary>
    private sealed class Block(int capacity, int pairs)
    {
        public int Capacity => capacity;

        public uint[] Keys { get; } = GC.AllocateUninitializedArray<uint>(capacity * MinHash.Keys);

        public ulong[] Words { get; } = GC.AllocateUninitializedArray<ulong>(capacity);

        public int[] Starts { get; } = new int[capacity + 1];

        public uint[] Pairs { get; private set; } = GC.AllocateUninitializedArray<uint>(pairs);

        public long Bytes => (4L * (Keys.Length + Pairs.Length + Starts.Length)) + (8L * Words.Length);

        public Span<uint> PairRoom(int start, int count)
        {
            if (start + count > Pairs.Length)
            {
                var larger = GC.AllocateUninitializedArray<uint>(Math.Max(start + count, Math.Max(4_096, Pairs.Length * 2)));
                Pairs.AsSpan(0, start).CopyTo(larger);
                Pairs = larger;
            }

            return Pairs.AsSpan(start, count);
        }

        public void Copy(Block from, int at, int to, int rows)
        {
            for (var key = 0; key < MinHash.Keys; key++)
            {
                from.Keys.AsSpan((key * from.Capacity) + at, rows).CopyTo(Keys.AsSpan((key * capacity) + to));
            }

            from.Words.AsSpan(at, rows).CopyTo(Words.AsSpan(to));
            var (first, start) = (from.Starts[at], Starts[to]);
            for (var row = 1; row <= rows; row++)
            {
                Starts[to + row] = start + from.Starts[at + row] - first;
            }

            from.Pairs.AsSpan(first, from.Starts[at + rows] - first).CopyTo(PairRoom(start, from.Starts[at + rows] - first));
        }

        public Block Grown(int rows, int held)
        {
            var grown = new Block(rows, Pairs.Length);
            grown.Copy(this, 0, 0, held);
            return grown;
        }
    }
}
