using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Portal.Features.Data;

/// <summary>
/// One pass over a text: its words without case, punctuation and white space, the hashes of its word pairs, and its traits.
/// Keeps its buffers, so a scan of the next text costs no memory. Not for several threads at once.
/// </summary>
internal sealed class TextScan
{
    private const int LongestKnownWord = 16;
    private const int OddLength = 16;
    private const int OddMixedLength = 9;

    /// <summary>Lower-case letter or digit of a sign, 0 for what ends a word.</summary>
    private static readonly byte[] s_lower = [.. Enumerable.Range(0, 128).Select(c => char.IsAsciiLetterOrDigit((char)c) ? (byte)char.ToLowerInvariant((char)c) : (byte)0)];

    private static readonly RowTraits[] s_traits = [.. Enumerable.Range(0, 128).Select(TraitsOf)];

    private uint[] _pairs = new uint[256];
    private ulong[] _words = new ulong[256];
    private ulong[] _special = new ulong[256];
    private int _wordCount;
    private int _specialCount;
    private int _pairCount;
    private uint _previous;
    private int _number;
    private bool _isSeparated;

    public RowTraits Traits { get; private set; }

    /// <summary>How many everyday words of each language it has, eight bits a language.</summary>
    public ulong Languages { get; private set; }

    public int WordCount => _wordCount;

    public ReadOnlySpan<uint> Pairs => _pairs.AsSpan(0, _pairCount);

    /// <summary>Of the words those that are nobody's everyday ones.</summary>
    public ReadOnlySpan<ulong> SpecialWords => _special.AsSpan(0, _specialCount);

    public ReadOnlySpan<ulong> Words => _words.AsSpan(0, _wordCount);

    public void Read(ReadOnlySpan<char> text)
    {
        (_wordCount, _pairCount, _specialCount, _previous, Traits, Languages) = (0, 0, 0, 0, RowTraits.None, 0);
        (_number, _isSeparated) = (0, false);
        MakeRoom(text.Length + 1);
        for (var at = 0; at < text.Length;)
        {
            at = TextBlock.Of(text[at..]) is var block && block.IsPlain ? ReadPlain(block, at) : ReadAny(text, at, at + block.Length);
        }

        if (_wordCount is 1)
        {
            Pair(_previous);
        }
    }

    /// <summary>128 bits of the words alone; of the text itself where it has none.</summary>
    public ulong KeyOf(ReadOnlySpan<char> text) =>
        XxHash3.HashToUInt64(_wordCount is 0 ? MemoryMarshal.AsBytes(text) : MemoryMarshal.AsBytes(Words));

    /// <summary>Letters and what parts them: all that most of any text is. Words are found by their places and not sign by sign.</summary>
    private int ReadPlain(in TextBlock block, int at)
    {
        for (var letters = block.Letters; letters is not 0;)
        {
            var start = BitOperations.TrailingZeroCount(letters);
            var length = BitOperations.TrailingZeroCount(~(letters >> start));
            End(block.HashOf(start, length), length, 0);
            letters &= letters + (1UL << start);
        }

        Traits |= block.HasLineFeed ? RowTraits.LineFeed : RowTraits.None;
        (_number, _isSeparated) = (0, false);
        return at + block.Length;
    }

    private int ReadAny(ReadOnlySpan<char> text, int from, int to)
    {
        var (hash, packed, begin, digitsOfWord) = (WordTable.Start, 0UL, from, 0);
        for (var i = from; i < to; i++)
        {
            int c = text[i];
            if (c < 128)
            {
                var lower = s_lower[c];
                if (lower is not 0)
                {
                    WordTable.Add(ref hash, ref packed, lower);
                    digitsOfWord += Digit(lower) ? 1 : 0;
                    continue;
                }

                Sign(text, i);
            }
            else if (Other(text[i], ref hash, ref packed, begin, i))
            {
                continue;
            }

            End(WordTable.Ended(hash, packed), i - begin, digitsOfWord);
            (hash, packed, begin, digitsOfWord) = (WordTable.Start, 0, i + 1, 0);
        }

        End(WordTable.Ended(hash, packed), to - begin, digitsOfWord);
        return to;
    }

    /// <summary>Counts on where it is a digit; a letter ends a number.</summary>
    private bool Digit(byte lower)
    {
        if (lower > '9')
        {
            (_number, _isSeparated) = (0, false);
            return false;
        }

        Traits |= ++_number >= 7 || (_number is 6 && _isSeparated) ? RowTraits.LongNumber : RowTraits.None;
        return true;
    }

    private void Sign(ReadOnlySpan<char> text, int at)
    {
        var c = text[at];
        Traits |= s_traits[c];
        (_number, _isSeparated) = c is ' ' or '-' or '/' or '.' or '(' or ')' ? (_number, _number > 0) : (0, false);
        if (c is ':' && at + 2 < text.Length && text[at + 1] is '/' && text[at + 2] is '/')
        {
            Traits |= RowTraits.Address;
        }
    }

    /// <summary>A sign beyond ASCII; true while it is part of a word. In scripts without spaces each sign is a word.</summary>
    private bool Other(char c, ref ulong hash, ref ulong packed, int begin, int at)
    {
        Traits |= c is >= '\u0080' and <= '\u009F' ? RowTraits.NonAscii | RowTraits.Control : RowTraits.NonAscii;
        if (c is >= '\u3040' and <= '\u9FFF')
        {
            End(WordTable.Ended(hash, packed), at - begin, 0);
            (hash, packed) = (WordTable.HashOf([c]), 0);
            return false;
        }

        if (!char.IsLetterOrDigit(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
        {
            return false;
        }

        WordTable.Add(ref hash, ref packed, char.ToLowerInvariant(c));
        return true;
    }

    private void End(ulong hash, int length, int digits)
    {
        if (hash == WordTable.Start)
        {
            return;
        }

        _words[_wordCount++] = hash;
        var (languages, traits) = length <= LongestKnownWord ? WordTable.Find(hash) : default;
        Traits |= traits;
        // A counter of eight bits: what the first words say is enough.
        Languages += _wordCount < 200 ? languages : 0;
        _special[_specialCount] = hash;
        _specialCount += languages is 0 ? 1 : 0;

        if (length >= OddMixedLength && digits > 0 && (digits < length || length >= OddLength))
        {
            Traits |= RowTraits.OddWord;
        }

        var word = (uint)(hash >> 32);
        if (_wordCount > 1)
        {
            Pair((_previous * 31) ^ word);
        }

        _previous = word;
    }

    private void Pair(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x7feb352d;
        hash ^= hash >> 15;
        hash *= 0x846ca68b;
        _pairs[_pairCount++] = hash ^ (hash >> 16);
    }

    /// <summary>A text has no more words, and no more pairs of them, than signs.</summary>
    private void MakeRoom(int words)
    {
        if (words > _words.Length)
        {
            var room = Math.Max(words, 2 * _words.Length);
            (_words, _special, _pairs) = (new ulong[room], new ulong[room], new uint[room]);
        }
    }

    private static RowTraits TraitsOf(int c) => c switch
    {
        '@' => RowTraits.At,
        '\r' => RowTraits.CarriageReturn,
        '\n' => RowTraits.LineFeed,
        '\t' => RowTraits.None,
        < ' ' or 127 => RowTraits.Control,
        _ => RowTraits.None,
    };
}
