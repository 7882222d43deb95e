namespace Portal.Features.Data;

/// <summary>
/// A text as the set of its word pairs, for telling near-duplicates. Only the 128 smallest hashes are kept: two long texts
/// are then compared by a fair sample, and every text costs at most half a kilobyte.
/// </summary>
internal static class Shingles
{
    public const int MaximumKept = 128;

    /// <summary>Copies the pairs to keep and says how many they are. Short sets are kept as they come: few of them are ever compared.</summary>
    public static int Keep(ReadOnlySpan<uint> pairs, Span<uint> kept)
    {
        if (pairs.Length <= MaximumKept)
        {
            pairs.CopyTo(kept);
            return pairs.Length;
        }

        var all = pairs.ToArray();
        var count = Math.Min(Distinct(all), MaximumKept);
        all.AsSpan(0, count).CopyTo(kept);
        return count;
    }

    /// <summary>Sorts the hashes and moves the distinct ones to the front; how many they are.</summary>
    public static int Distinct(Span<uint> pairs)
    {
        pairs.Sort();
        var count = 0;
        for (var i = 0; i < pairs.Length; i++)
        {
            if (i is 0 || pairs[i] != pairs[count - 1])
            {
                pairs[count++] = pairs[i];
            }
        }

        return count;
    }

    /// <summary>Shared part of two sorted sets; exact while both are whole, an estimate on their samples beyond that.</summary>
    public static double Jaccard(ReadOnlySpan<uint> left, ReadOnlySpan<uint> right)
    {
        if (left.Length is 0 || right.Length is 0)
        {
            return 0;
        }

        var limit = left.Length == MaximumKept || right.Length == MaximumKept ? MaximumKept : int.MaxValue;
        int i = 0, j = 0, union = 0, shared = 0;
        while (union < limit && (i < left.Length || j < right.Length))
        {
            union++;
            if (j == right.Length || (i < left.Length && left[i] < right[j]))
            {
                i++;
            }
            else if (i == left.Length || right[j] < left[i])
            {
                j++;
            }
            else
            {
                shared++;
                i++;
                j++;
            }
        }

        return (double)shared / union;
    }
}
