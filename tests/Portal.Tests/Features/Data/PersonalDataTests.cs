using System.Text;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class PersonalDataTests
{
    private const double FewestRight = 0.98;
    private const double FewestFound = 0.98;
    private const double FewestOfAKind = 0.93;

    [Fact]
    public void Find_OnTheLabelledTexts_HoldsItsBars()
    {
        var texts = Labelled().ToList();
        Assert.True(texts.Count(t => t.Spans.Count > 0) >= 300 && texts.Count(t => t.Spans.Count is 0) >= 300);
        var tally = Enum.GetValues<PersonalKind>().ToDictionary(k => k, _ => new Tally());
        List<string> wrong = [];
        foreach (var (kind, text, spans) in texts)
        {
            var left = PersonalData.Find(text);
            foreach (var (start, end) in spans)
            {
                var hit = left.FindIndex(f => f.Kind == kind && f.Start == start && f.End == end);
                (hit < 0 ? ref tally[kind].Missed : ref tally[kind].Right)++;
                if (hit < 0)
                {
                    wrong.Add($"missed {kind} in: {text}");
                }
                else
                {
                    left.RemoveAt(hit);
                }
            }

            foreach (var extra in left)
            {
                tally[extra.Kind].Wrong++;
                wrong.Add($"{extra.Kind} \"{text[extra.Start..extra.End]}\" in: {text}");
            }
        }

        var all = new Tally { Right = tally.Values.Sum(t => t.Right), Wrong = tally.Values.Sum(t => t.Wrong), Missed = tally.Values.Sum(t => t.Missed) };
        TestContext.Current.SendDiagnosticMessage($"{texts.Count} texts, precision {all.Precision:0.000}, recall {all.Recall:0.000}");
        Assert.True(all.Precision >= FewestRight && all.Recall >= FewestFound, $"precision {all.Precision:0.000}, recall {all.Recall:0.000}\n{string.Join('\n', wrong)}");
        Assert.All(tally, t => Assert.True(t.Value.Precision >= FewestOfAKind && t.Value.Recall >= FewestOfAKind, $"{t.Key}: precision {t.Value.Precision:0.000}, recall {t.Value.Recall:0.000}\n{string.Join('\n', wrong)}"));
    }

    [Fact]
    public void Find_MadeUpOrderCodesAndAmounts_AreNeitherPhonesNorCards()
    {
        var random = new Random(7);
        string[] forms = ["order {0}", "Bestellnummer {0}", "{0} shares", "invoice no. {0}", "since {1}", "{1}-{2}", "v{3}.{3}.{0}", "{1}-0{3}-1{3} {2}", "SKU {3}{3}-{0}", "${0}", "ref: {0}"];
        var found = Enumerable.Range(0, 3_000).Select(_ => string.Format(System.Globalization.CultureInfo.InvariantCulture, forms[random.Next(forms.Length)],
                random.NextInt64(10_000_000, 9_999_999_999_999_999), random.Next(1900, 2030), random.Next(1900, 2030), random.Next(1, 9)))
            .SelectMany(text => PersonalData.Find(text).Select(f => $"{f.Kind} in {text}")).ToList();

        Assert.True(found.Count <= 3, string.Join('\n', found));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("A")]
    [InlineData("1 ")]
    [InlineData("1-")]
    [InlineData("+1 ")]
    [InlineData("a@")]
    [InlineData("a.")]
    [InlineData("Anna ")]
    [InlineData("Mr ")]
    [InlineData("password:")]
    [InlineData("eyJ")]
    [InlineData("http://a:")]
    [InlineData("-----BEGIN ")]
    [InlineData("DE12 3456 ")]
    public void Find_AMillionSignsOfWhatBeginsLikeSomething_EndsInTime(string piece)
    {
        var text = new StringBuilder().Insert(0, piece, 1_000_000 / piece.Length).ToString();

        var spent = OwnTime.Of(() => PersonalData.Find(text));

        Assert.True(spent < TimeSpan.FromSeconds(20), $"{piece}: {spent}");
    }

    private static IEnumerable<(PersonalKind Kind, string Text, List<(int Start, int End)> Spans)> Labelled()
    {
        using var file = typeof(PersonalDataTests).Assembly.GetManifestResourceStream("personal-data.txt") ?? throw new FileNotFoundException("personal-data.txt");
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            var bar = line.IndexOf('|', StringComparison.Ordinal);
            List<(int, int)> spans = [];
            var (text, start) = (new StringBuilder(), 0);
            foreach (var c in line.AsSpan(bar + 1))
            {
                switch (c)
                {
                    case '«':
                        start = text.Length;
                        break;
                    case '»':
                        spans.Add((start, text.Length));
                        break;
                    case '¦':
                        break;
                    default:
                        text.Append(c);
                        break;
                }
            }

            yield return (line[..bar] is "-" ? default : Enum.Parse<PersonalKind>(line[..bar]), text.ToString(), spans);
        }
    }

    private sealed class Tally
    {
        public int Right;
        public int Wrong;
        public int Missed;

        public double Precision => Right is 0 ? 0 : (double)Right / (Right + Wrong);

        public double Recall => Right is 0 ? 0 : (double)Right / (Right + Missed);
    }
}
