namespace Portal.Features.Data;

public enum RowChange
{
    Added,
    Removed,

    /// <summary>The same row with another text, another answer, or other turns.</summary>
    Changed,

    /// <summary>The same row, word for word, in another split.</summary>
    Moved,
}

/// <summary>What is kept of a row while two versions are compared: forty bytes, whatever it says.</summary>
internal readonly record struct RowStamp(UInt128 Key, UInt128 Content, int Number, Split Split);

/// <summary>A difference: the row's number on each side, 0 where it is not there.</summary>
internal readonly record struct RowPair(RowChange Change, int Before, int After, Split? SplitBefore, Split? SplitAfter)
{
    /// <summary>A row that either version seals is counted and shown to nobody.</summary>
    public bool IsSealed => SplitBefore is Split.Test || SplitAfter is Split.Test;
}

/// <summary>
/// Merges the stamps of two versions in the order of their keys. Where a key stands more than once, rows of one content are paired first,
/// then the rest in the order of the file; what is left over was added or removed.
/// </summary>
internal sealed class RowComparison
{
    private static readonly int s_splits = Enum.GetValues<Split>().Length;

    private readonly List<RowPair> _shown = [];
    private readonly int[,] _counts = new int[Enum.GetValues<RowChange>().Length, s_splits];
    private readonly int[] _sealed = new int[Enum.GetValues<RowChange>().Length];

    private RowComparison()
    {
    }

    /// <summary>Rows that are the same in both, split included.</summary>
    public int Same { get; private set; }

    /// <summary>By the number of the row after, or before where it is gone; the sealed ones are not among them.</summary>
    public IReadOnlyList<RowPair> Shown => _shown;

    /// <summary>Of the split after, or before where the row is gone.</summary>
    public int CountOf(RowChange change, Split split) => _counts[(int)change, (int)split];

    public int CountOf(RowChange change) => Enumerable.Range(0, s_splits).Sum(split => _counts[(int)change, split]);

    public int SealedOf(RowChange change) => _sealed[(int)change];

    public static RowComparison Of(RowStamp[] before, RowStamp[] after)
    {
        var found = new RowComparison();
        Array.Sort(before, ByKey);
        Array.Sort(after, ByKey);
        for (int left = 0, right = 0; left < before.Length || right < after.Length;)
        {
            var key = right == after.Length || (left < before.Length && before[left].Key < after[right].Key) ? before[left].Key : after[right].Key;
            var (leftEnd, rightEnd) = (EndOf(before, left, key), EndOf(after, right, key));
            found.Pair(before.AsSpan(left, leftEnd - left), after.AsSpan(right, rightEnd - right));
            (left, right) = (leftEnd, rightEnd);
        }

        found._shown.Sort((a, b) => (a.After is 0 ? a.Before : a.After).CompareTo(b.After is 0 ? b.Before : b.After));
        return found;
    }

    private static int ByKey(RowStamp left, RowStamp right) =>
        left.Key.CompareTo(right.Key) is not 0 and var byKey ? byKey : left.Content.CompareTo(right.Content) is not 0 and var byContent ? byContent : left.Number.CompareTo(right.Number);

    private static int EndOf(RowStamp[] rows, int from, UInt128 key)
    {
        while (from < rows.Length && rows[from].Key == key)
        {
            from++;
        }

        return from;
    }

    private void Pair(ReadOnlySpan<RowStamp> before, ReadOnlySpan<RowStamp> after)
    {
        List<RowStamp> gone = [], come = [];
        int left = 0, right = 0;
        while (left < before.Length && right < after.Length)
        {
            switch (before[left].Content.CompareTo(after[right].Content))
            {
                case 0:
                    Keep(before[left++], after[right++]);
                    break;
                case < 0:
                    gone.Add(before[left++]);
                    break;
                default:
                    come.Add(after[right++]);
                    break;
            }
        }

        gone.AddRange(before[left..]);
        come.AddRange(after[right..]);
        gone.Sort((a, b) => a.Number.CompareTo(b.Number));
        come.Sort((a, b) => a.Number.CompareTo(b.Number));
        for (var i = 0; i < Math.Max(gone.Count, come.Count); i++)
        {
            Note(i >= gone.Count ? new RowPair(RowChange.Added, 0, come[i].Number, null, come[i].Split)
                : i >= come.Count ? new RowPair(RowChange.Removed, gone[i].Number, 0, gone[i].Split, null)
                : new RowPair(RowChange.Changed, gone[i].Number, come[i].Number, gone[i].Split, come[i].Split));
        }
    }

    private void Keep(RowStamp before, RowStamp after)
    {
        if (before.Split == after.Split)
        {
            Same++;
        }
        else
        {
            Note(new RowPair(RowChange.Moved, before.Number, after.Number, before.Split, after.Split));
        }
    }

    private void Note(RowPair pair)
    {
        _counts[(int)pair.Change, (int)(pair.SplitAfter ?? pair.SplitBefore ?? Split.Train)]++;
        if (pair.IsSealed)
        {
            _sealed[(int)pair.Change]++;
        }
        else
        {
            _shown.Add(pair);
        }
    }
}
