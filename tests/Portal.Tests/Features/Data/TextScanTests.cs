using System.Text;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

/// <summary>Texts are looked at in blocks where they are plain and sign by sign where they are not; what comes out must be the same.</summary>
public sealed class TextScanTests
{
    private const string Letters = "abcXYZqrs";

    [Fact]
    public void Words_OfWhateverText_AreThoseFoundSignBySign()
    {
        var (random, scan) = (new Random(7), new TextScan());
        for (var i = 0; i < 3_000; i++)
        {
            var text = Draw(random);
            scan.Read(text);

            Assert.Equal(WordsOf(text).Select(w => WordTable.HashOf(w)), scan.Words.ToArray());
            Assert.Equal(text.Contains('\n'), (scan.Traits & RowTraits.LineFeed) is not 0);
            Assert.Equal(text.Contains('@'), (scan.Traits & RowTraits.At) is not 0);
            Assert.Equal(text.Contains("://", StringComparison.Ordinal), (scan.Traits & RowTraits.Address) is not 0);
            Assert.Equal(HasLongNumber(text), (scan.Traits & RowTraits.LongNumber) is not 0);
        }
    }

    [Theory]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void Words_LongerThanABlock_StayOne(int length)
    {
        var (scan, word) = (new TextScan(), new string('a', length));
        scan.Read($"{word} and {word.ToUpperInvariant()}");

        Assert.Equal([WordTable.HashOf(word), WordTable.HashOf("and"), WordTable.HashOf(word)], scan.Words.ToArray());
    }

    [Theory]
    [InlineData("\u212A", "k")] // the sign of Kelvin
    [InlineData("Ä", "ä")]
    [InlineData("STRASSE", "strasse")]
    public void HashOf_AnotherCase_IsTheSame(string one, string other) => Assert.Equal(WordTable.HashOf(one), WordTable.HashOf(other));

    [Fact]
    public void EqualKeys_OfMany_AreAllFoundInOrder()
    {
        var random = new Random(3);
        var keys = Enumerable.Range(0, 5_000).Select(_ => (uint)random.NextInt64(1L << 32)).ToArray();
        for (var i = 0; i < 600; i++)
        {
            keys[random.Next(keys.Length)] = keys[random.Next(keys.Length)];
        }

        var search = new EqualKeys(keys.Length);
        for (var turn = 0; turn < 2; turn++)
        {
            var found = search.Find(into => keys.CopyTo(into, 0)).ToArray();

            var shared = keys.Index().GroupBy(k => k.Item).Where(g => g.Count() > 1).SelectMany(g => g.Select(k => ((ulong)g.Key << 32) | (uint)k.Index)).Order().ToArray();
            Assert.Equal(shared, found.Intersect(shared));
            Assert.Equal(found.Order(), found);
            Assert.InRange(found.Length, shared.Length, shared.Length + 700);
        }
    }

    [Fact]
    public void Prints_AddedInParts_AreThoseAddedOneByOne()
    {
        var (whole, joined, part, scan) = (new RowPrints(), new RowPrints(), new RowPrints(), new TextScan());
        for (var row = 0; row < 40_000; row++)
        {
            scan.Read($"row {row} says {row % 977} and nothing else {(row % 11 is 0 ? string.Join(' ', Enumerable.Range(row, 150)) : "")}");
            whole.Add(scan.Pairs, scan.KeyOf(""));
            part.Add(scan.Pairs, scan.KeyOf(""));
            if (row % 1_900 is 1_899)
            {
                joined.Add(part);
                part.Clear();
            }
        }

        joined.Add(part);

        Assert.Equal(whole.Count, joined.Count);
        for (var row = 0; row < whole.Count; row++)
        {
            Assert.Equal(whole.WordsOf(row), joined.WordsOf(row));
            Assert.Equal(whole.KeyOf(row, row % MinHash.Keys), joined.KeyOf(row, row % MinHash.Keys));
            Assert.True(whole.PairsOf(row).SequenceEqual(joined.PairsOf(row)));
        }
    }

    /// <summary>Runs of plain text, with whatever makes a block odd here and there.</summary>
    private static string Draw(Random random)
    {
        var text = new StringBuilder();
        var isOdd = random.Next(3) > 0;
        while (text.Length < random.Next(400))
        {
            text.Append(random.Next(isOdd ? 14 : 4) switch
            {
                < 3 => string.Concat(Enumerable.Range(0, random.Next(1, random.Next(20) is 0 ? 90 : 10)).Select(_ => Letters[random.Next(Letters.Length)])),
                3 or 4 => ", ",
                5 => "\n",
                6 => random.Next(1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
                7 => " (2024-10-11) ",
                8 => "größe",
                9 => "https://a.example/b",
                10 => "anna@b.example",
                11 => "[" + new string('-', random.Next(70)) + "]",
                _ => " ",
            });
        }

        return text.ToString();
    }

    private static IEnumerable<string> WordsOf(string text) =>
        new string([.. text.Select(c => char.IsLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Seven digits, or six in groups, with nothing but the signs of numbers between them.</summary>
    private static bool HasLongNumber(string text)
    {
        var (digits, isSeparated) = (0, false);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c))
            {
                digits++;
                if (digits >= 7 || (digits is 6 && isSeparated))
                {
                    return true;
                }
            }
            else if (c is ' ' or '-' or '/' or '.' or '(' or ')')
            {
                isSeparated = digits > 0;
            }
            else if (c < 128)
            {
                (digits, isSeparated) = (0, false);
            }
        }

        return false;
    }
}
