using System.Runtime.CompilerServices;

namespace Portal.Features.Data;

/// <summary>
/// What single words say: of which languages they are the everyday ones, and whether they lead to names, secrets or trouble.
/// Looked up by the hash that the scan of a text has computed anyway, so it costs one step a word.
/// </summary>
internal static class WordTable
{
    public const ulong Start = 14695981039346656037;
    private const ulong Prime = 0x9E3779B97F4A7C15;

    private const int Slots = 8_192;

    private static readonly ulong[] s_hashes = new ulong[Slots];
    private static readonly (ulong Languages, RowTraits Traits)[] s_words = new (ulong, RowTraits)[Slots];

    static WordTable()
    {
        for (var language = 0; language < LanguageWords.Names.Count; language++)
        {
            foreach (var word in LanguageWords.Of(language))
            {
                Add(word, 1UL << (8 * language), RowTraits.None);
            }
        }

        foreach (var word in NameLists.First.Concat(NameLists.Titles).Concat(NameLists.Leads))
        {
            Add(word, 0, RowTraits.NameWord);
        }

        foreach (var word in SecretFinder.Words)
        {
            Add(word, 0, RowTraits.SecretWord);
        }

        foreach (var word in SafetyWords.Single)
        {
            Add(word, 0, RowTraits.UnsafeWord);
        }
    }

    /// <summary>A word's hash is <see cref="Start"/>, then each of its signs in lower case, then <see cref="Ended"/>.</summary>
    /// <param name="packed">Up to eight signs of ASCII that are not in the hash yet: one step for all of them.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(ref ulong hash, ref ulong packed, int lower)
    {
        if (lower < 128)
        {
            packed = (packed << 8) | (uint)lower;
            if (packed >> 56 is 0)
            {
                return;
            }

            (hash, packed) = (Mixed(hash, packed), 0);
            return;
        }

        (hash, packed) = (Mixed(Ended(hash, packed), (uint)lower), 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Ended(ulong hash, ulong packed) => packed is 0 ? hash : Mixed(hash, packed);

    public static ulong HashOf(ReadOnlySpan<char> word)
    {
        var (hash, packed) = (Start, 0UL);
        foreach (var c in word)
        {
            Add(ref hash, ref packed, char.ToLowerInvariant(c));
        }

        return Ended(hash, packed);
    }

    /// <summary>Eight counters of eight bits, one a language, to be added up; and what else the word tells.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (ulong Languages, RowTraits Traits) Find(ulong hash)
    {
        for (var slot = (int)(hash >> 51); ; slot = (slot + 1) & (Slots - 1))
        {
            if (s_hashes[slot] == hash)
            {
                return s_words[slot];
            }

            if (s_hashes[slot] is 0)
            {
                return default;
            }
        }
    }

    private static ulong Mixed(ulong hash, ulong value)
    {
        var mixed = (hash ^ value) * Prime;
        return mixed ^ (mixed >> 32);
    }

    private static void Add(string words, ulong languages, RowTraits traits)
    {
        // Only the first part of a double name or phrase is met as a word of its own.
        var hash = HashOf(words.AsSpan(0, words.AsSpan().IndexOfAny(" -.'") is > 0 and var end ? end : words.Length));
        var slot = (int)(hash >> 51);
        while (s_hashes[slot] is not 0 && s_hashes[slot] != hash)
        {
            slot = (slot + 1) & (Slots - 1);
        }

        s_hashes[slot] = hash;
        s_words[slot] = (s_words[slot].Languages | languages, s_words[slot].Traits | traits);
    }
}
