using System.Globalization;
using System.IO.Hashing;
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
    private int _wordCount;
    private int _pairCount;
    private uint _previous;

    public RowTraits Traits { get; private set; }

    /// <summary>How many everyday words of each language it has, eight bits a language.</summary>
    public ulong Languages { get; private set; }

    public int WordCount => _wordCount;

    public ReadOnlySpan<uint> Pairs => _pairs.AsSpan(0, _pairCount);

    public ReadOnlySpan<ulong> Words => _words.AsSpan(0, _wordCount);

    public void Read(ReadOnlySpan<char> text)
    {
        (_wordCount, _pairCount, _previous, Traits, Languages) = (0, 0, 0, RowTraits.None, 0);
        var (hash, begin, digitsOfWord, number, separated) = (WordTable.Start, 0, 0, 0, false);
        for (var i = 0; i < text.Length; i++)
        {
            int c = text[i];
            if (c < 128)
            {
                var lower = s_lower[c];
                if (lower is not 0)
                {
                    hash = (hash ^ lower) * WordTable.Prime;
                    if (lower <= '9')
                    {
                        digitsOfWord++;
                        number++;
                        if (number >= 7 || (number is 6 && separated))
                        {
                            Traits |= RowTraits.LongNumber;
                        }
                    }
                    else
                    {
                        (number, separated) = (0, false);
                    }

                    continue;
                }

                Traits |= s_traits[c];
                (number, separated) = c is ' ' or '-' or '/' or '.' or '(' or ')' ? (number, number > 0) : (0, false);
                if (c is ':' && i + 2 < text.Length && text[i + 1] is '/' && text[i + 2] is '/')
                {
                    Traits |= RowTraits.Address;
                }
            }
            else if (Other(text[i], ref hash, ref begin, i))
            {
                continue;
            }

            End(hash, i - begin, digitsOfWord);
            (hash, begin, digitsOfWord) = (WordTable.Start, i + 1, 0);
        }

        End(hash, text.Length - begin, digitsOfWord);
        if (_wordCount is 1)
        {
            Pair(_previous);
        }
    }

    /// <summary>128 bits of the words alone; of the text itself where it has none.</summary>
    public ulong KeyOf(ReadOnlySpan<char> text) =>
        XxHash3.HashToUInt64(_wordCount is 0 ? MemoryMarshal.AsBytes(text) : MemoryMarshal.AsBytes(Words));

    /// <summary>A sign beyond ASCII; true while it is part of a word. In scripts without spaces each sign is a word.</summary>
    private bool Other(char c, ref ulong hash, ref int begin, int at)
    {
        Traits |= c is >= '\u0080' and <= '\u009F' ? RowTraits.NonAscii | RowTraits.Control : RowTraits.NonAscii;
        if (c is >= '\u3040' and <= '\u9FFF')
        {
            End(hash, at - begin, 0);
            hash = (WordTable.Start ^ c) * WordTable.Prime;
            return false;
        }

        if (!char.IsLetterOrDigit(c) && !char.IsSurrogate(c) && char.GetUnicodeCategory(c) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark))
        {
            return false;
        }

        hash = (hash ^ char.ToLowerInvariant(c)) * WordTable.Prime;
        return true;
    }

    private void End(ulong hash, int length, int digits)
    {
        if (hash == WordTable.Start)
        {
            return;
        }

        if (_wordCount == _words.Length)
        {
            Array.Resize(ref _words, _words.Length * 2);
        }

        _words[_wordCount++] = hash;
        if (length <= LongestKnownWord)
        {
            var (languages, traits) = WordTable.Find(hash);
            Traits |= traits;
            // A counter of eight bits: what the first words say is enough.
            Languages += _wordCount < 200 ? languages : 0;
        }

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
        if (_pairCount == _pairs.Length)
        {
            Array.Resize(ref _pairs, _pairs.Length * 2);
        }

        hash ^= hash >> 16;
        hash *= 0x7feb352d;
        hash ^= hash >> 15;
        hash *= 0x846ca68b;
        _pairs[_pairCount++] = hash ^ (hash >> 16);
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
