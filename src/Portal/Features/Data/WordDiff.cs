namespace Portal.Features.Data;

public enum DiffKind
{
    Same,
    Removed,
    Added,
}

/// <summary>A run of words that both texts have, or only one.</summary>
public readonly record struct DiffPiece(DiffKind Kind, string Text);

/// <summary>
/// What became of a text, word by word: the longest sequence of words that both have stays, the rest was removed or added. Texts of
/// thousands of words are compared from both ends only.
/// </summary>
internal static class WordDiff
{
    /// <summary>Cells of the table that finds the longest sequence: a blink, and a megabyte.</summary>
    private const int MaximumCells = 500_000;

    public static IReadOnlyList<DiffPiece> Of(string before, string after)
    {
        var (left, right) = (Words(before), Words(after));
        var (front, back) = (0, 0);
        while (front < Math.Min(left.Count, right.Count) && left[front] == right[front])
        {
            front++;
        }

        while (back < Math.Min(left.Count, right.Count) - front && left[^(back + 1)] == right[^(back + 1)])
        {
            back++;
        }

        List<DiffPiece> pieces = [];
        Add(pieces, DiffKind.Same, left, 0, front);
        Middle(pieces, left.GetRange(front, left.Count - front - back), right.GetRange(front, right.Count - front - back));
        Add(pieces, DiffKind.Same, left, left.Count - back, back);
        return pieces;
    }

    private static void Middle(List<DiffPiece> pieces, List<string> left, List<string> right)
    {
        if ((long)left.Count * right.Count is 0 or > MaximumCells)
        {
            Add(pieces, DiffKind.Removed, left, 0, left.Count);
            Add(pieces, DiffKind.Added, right, 0, right.Count);
            return;
        }

        var common = Common(left, right);
        for (int i = 0, j = 0; i < left.Count || j < right.Count;)
        {
            if (i < left.Count && j < right.Count && left[i] == right[j])
            {
                Add(pieces, DiffKind.Same, left, i++, 1);
                j++;
            }
            else if (j == right.Count || (i < left.Count && common[i + 1, j] >= common[i, j + 1]))
            {
                Add(pieces, DiffKind.Removed, left, i++, 1);
            }
            else
            {
                Add(pieces, DiffKind.Added, right, j++, 1);
            }
        }
    }

    /// <summary>Length of the longest common sequence of what is left from each pair of places on.</summary>
    private static ushort[,] Common(List<string> left, List<string> right)
    {
        var common = new ushort[left.Count + 1, right.Count + 1];
        for (var i = left.Count - 1; i >= 0; i--)
        {
            for (var j = right.Count - 1; j >= 0; j--)
            {
                common[i, j] = left[i] == right[j] ? (ushort)(common[i + 1, j + 1] + 1) : Math.Max(common[i + 1, j], common[i, j + 1]);
            }
        }

        return common;
    }

    private static void Add(List<DiffPiece> pieces, DiffKind kind, List<string> words, int from, int count)
    {
        var text = string.Concat(words.Skip(from).Take(count));
        if (text is "")
        {
            return;
        }

        if (pieces is [.., var last] && last.Kind == kind)
        {
            pieces[^1] = last with { Text = last.Text + text };
        }
        else
        {
            pieces.Add(new DiffPiece(kind, text));
        }
    }

    /// <summary>Words, and what stands between them sign by sign.</summary>
    private static List<string> Words(string text)
    {
        List<string> words = [];
        for (int from = 0, to; from < text.Length; from = to)
        {
            to = from + 1;
            while (to < text.Length && ((char.IsLetterOrDigit(text[from]) && char.IsLetterOrDigit(text[to])) || char.IsLowSurrogate(text[to])))
            {
                to++;
            }

            words.Add(text[from..to]);
        }

        return words;
    }
}
