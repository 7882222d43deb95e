using System.Globalization;

namespace Portal.Features.Data;

/// <summary>
/// A text as the set of its word pairs, for telling near-duplicates. Only the 128 smallest hashes are kept: two long texts
/// are then compared by a fair sample, and every text costs at most half a kilobyte.
/// </summary>
internal static class Shingles
{
    public const int MaximumKept = 128;

    /// <summary>The sorted hashes of the text's word pairs, and one key of all its words: case, punctuation and white space left out.</summary>
    public static (uint[] Pairs, UInt128 Words) Of(string text)
    {
        var words = new List<char>(text.Length + 1);
        HashSet<uint> pairs = [];
        uint previous = 0, word = Start;
        var count = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : ' ';
            var isIdeograph = c is >= '\u3040' and <= '\u9FFF';
            if (IsPartOfWord(c) && !isIdeograph)
            {
                var lower = char.ToLowerInvariant(c);
                word = (word ^ lower) * Prime;
                words.Add(lower);
                continue;
            }

            End();
            if (isIdeograph)
            {
                // Scripts without spaces: each sign counts as a word.
                word = (word ^ c) * Prime;
                words.Add(c);
                End();
            }
        }

        if (count is 1)
        {
            pairs.Add(Mix(previous));
        }

        var key = count is 0 ? TextKey.Of(text) : TextKey.Of(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(words));
        return (Smallest(pairs), key);

        void End()
        {
            if (word == Start)
            {
                return;
            }

            if (count > 0)
            {
                pairs.Add(Mix((previous * 31) ^ word));
            }

            (previous, word) = (word, Start);
            count++;
            words.Add(' ');
        }
    }

    /// <summary>Shared part of two sets; exact while both are whole, an estimate on their samples beyond that.</summary>
    public static double Jaccard(uint[] left, uint[] right)
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

    private const uint Start = 2166136261;
    private const uint Prime = 16777619;

    private static bool IsPartOfWord(char c) => char.IsAsciiLetterOrDigit(c) || (c > 127
        && (char.IsLetterOrDigit(c) || char.IsSurrogate(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark));

    private static uint Mix(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x7feb352d;
        hash ^= hash >> 15;
        hash *= 0x846ca68b;
        return hash ^ (hash >> 16);
    }

    private static uint[] Smallest(HashSet<uint> pairs)
    {
        var all = pairs.ToArray();
        Array.Sort(all);
        return all.Length <= MaximumKept ? all : all[..MaximumKept];
    }
}
