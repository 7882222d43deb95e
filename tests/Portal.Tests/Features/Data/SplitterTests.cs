using System.Globalization;
using Portal.Features.Data;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class SplitterTests
{
    [Theory]
    [InlineData(20, 16, 2, 2)]
    [InlineData(100, 80, 10, 10)]
    [InlineData(10_003, 8_002, 1_000, 1_001)]
    [InlineData(400_000, 355_000, 5_000, 40_000)]
    public void Sizes_AreEightyTenTenWithinGooglesLimit(int rows, int train, int validation, int test) =>
        Assert.Equal((train, validation, test), Splitter.Sizes(rows));

    [Fact]
    public void Assign_DistinctRows_HitsTheSizesExactlyAndSpreadsEveryLabel()
    {
        var rows = Enumerable.Range(0, 777).Select(i => Row(DataKit.Sentence(i), "label" + (i % 37).ToString(CultureInfo.InvariantCulture))).ToList();

        var plan = Assign(rows, "seed");

        Assert.Equal(Splitter.Sizes(777), (plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test)));
        Assert.All(rows.Zip(plan.Splits).GroupBy(r => r.First.Output), label => Assert.Equal(3, label.Select(r => r.Second).Distinct().Count()));
    }

    [Fact]
    public void Assign_LabelOfThreeRows_HasOneInEachSplit()
    {
        var rows = Enumerable.Range(0, 300).Select(i => Row(DataKit.Sentence(i), i < 3 ? "rare" : "common")).ToList();

        var plan = Assign(rows, "seed");

        Assert.Equal([Split.Train, Split.Validation, Split.Test], plan.Splits[..3].Order());
    }

    [Theory]
    [InlineData(SplitMethod.Spread)]
    [InlineData(SplitMethod.ByDate)]
    [InlineData(SplitMethod.AsGiven)]
    public void Assign_WithSyntheticRows_TrainsOnThemOrLeavesThemOutAndMovesNobodyElse(SplitMethod method)
    {
        var people = Enumerable.Range(1, 100).Select(i => new SplitRow(DataKit.Sentence(i), "x", "x", Group: $"g{i}", Date: s_day.AddDays(i), Given: i > 90 ? Split.Test : i > 80 ? Split.Validation : Split.Train) { Number = i }).ToList();
        var alone = Assign(people, "seed", method);
        int Of(Split split) => Enumerable.Range(1, 100).First(i => alone.Splits[i - 1] == split);
        var (train, validation, test) = (Of(Split.Train), Of(Split.Validation), Of(Split.Test));
        SplitRow Synthetic(string text, string group = "", params int[] seeds) => new(text, "x", "x", group, s_day.AddDays(1_000), Split.Test) { Number = 1_000, SeedsIfSynthetic = seeds };
        List<(SplitRow Row, bool IsLeftOut)> synthetic =
        [
            (Synthetic(DataKit.Sentence(500)), false), (Synthetic(DataKit.Sentence(501), "", train), false), (Synthetic(DataKit.Sentence(train) + " !"), false),
            (Synthetic(DataKit.Sentence(test) + " !"), true), (Synthetic(DataKit.Sentence(validation) + " !"), true), (Synthetic(DataKit.Sentence(502), $"g{test}"), true),
            // By a chain: like the next one, which is of the group of a tested row.
            (Synthetic(DataKit.Sentence(503)), true), (Synthetic(DataKit.Sentence(503) + " !", $"g{test}"), true), (Synthetic(DataKit.Sentence(504), "", train, validation), true), (Synthetic(DataKit.Sentence(505), "", test), true),
            // Where it would join two rows of different splits, it is the one that goes.
            (Synthetic(DataKit.Sentence(train) + " ?", $"g{test}"), true),
        ];

        var plan = Assign([.. people, .. synthetic.Select(s => s.Row)], "seed", method);

        Assert.Equal(alone.Splits, plan.Splits[..100]);
        // The third hangs together with the last, and so with what that one hangs together with.
        Assert.Equal(synthetic.Select((s, i) => s.IsLeftOut || i is 2), synthetic.Select((_, i) => plan.LeftOut.Contains(100 + i)));
        Assert.All(Enumerable.Range(100, synthetic.Count).Where(row => !plan.LeftOut.Contains(row)), row => Assert.Equal(Split.Train, plan.Splits[row]));
        Assert.Equal(alone.CountOf(Split.Train) + 2, plan.CountOf(Split.Train));
    }

    [Fact]
    public void Assign_RowsInAnotherOrder_SplitsThemTheSame()
    {
        var rows = Enumerable.Range(0, 500).Select(i => Row(DataKit.Sentence(i % 450) + (i >= 450 ? " !" : ""), "l" + (i % 5).ToString(CultureInfo.InvariantCulture))).ToList();
        var shuffled = rows.ToArray();
        new Random(7).Shuffle(shuffled);

        var (first, second) = (Assign(rows, "seed"), Assign(shuffled, "seed"));

        var expected = rows.Zip(first.Splits).ToDictionary(r => r.First, r => r.Second);
        Assert.All(shuffled.Zip(second.Splits), r => Assert.Equal(expected[r.First], r.Second));
        Assert.NotEqual(first.Splits, Assign(rows, "another seed").Splits);
    }

    [Fact]
    public void Assign_NearDuplicates_NeverCrossASplit()
    {
        // A hundred families of five texts: case, punctuation, white space, and one word of twenty changed.
        var rows = Enumerable.Range(0, 100).SelectMany(family =>
        {
            var text = $"{DataKit.Sentence(family)} {DataKit.Sentence(1_000 + family)} {DataKit.Sentence(2_000 + family)}";
            return new[] { text, text.ToUpperInvariant(), text.Replace(" ", "  ", StringComparison.Ordinal) + "?", "  " + text, text[..^5] + "other" };
        }).Select(t => Row(t, "x")).ToList();

        var plan = Assign(rows, "seed");

        Assert.All(plan.Splits.Chunk(5), family => Assert.Single(family.Distinct()));
        Assert.Equal(500, plan.KeptTogether);
        Assert.Equal(Splitter.Sizes(500), (plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test)));
    }

    [Fact]
    public void Assign_AllRowsAlike_KeepsThemTogetherEvenIfASplitStaysEmpty()
    {
        var plan = Assign([.. Enumerable.Repeat(Row("the same words again", "x"), 40)], "seed");

        Assert.Equal((40, 0, 0), (plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test)));
    }

    [Fact]
    public void Assign_Groups_StayTogetherAlsoThroughTheirNearDuplicates()
    {
        // Forty customers of five messages; and the first message of each even one is also, nearly, the next one's.
        var rows = new SplitRows();
        for (var i = 0; i < 200; i++)
        {
            var isBridge = i % 10 is 5;
            rows.Add(new SplitRow(DataKit.Sentence(isBridge ? i - 5 : i) + (isBridge ? " !" : ""), "x", "x", "customer " + (i / 5).ToString(CultureInfo.InvariantCulture)));
        }

        var plan = Splitter.Assign(rows, "seed");

        Assert.All(plan.Splits.Chunk(10), bridged => Assert.Single(bridged.Distinct()));
        Assert.Equal((160, 20, 20), (plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test)));
    }

    [Fact]
    public void Assign_ByDate_MeasuresOnTheNewestAndTrainsOnTheOldest()
    {
        var rows = new SplitRows();
        var order = Enumerable.Range(0, 100).ToArray();
        new Random(3).Shuffle(order);
        foreach (var day in order)
        {
            rows.Add(new SplitRow(DataKit.Sentence(day), "x", "x", Date: day is 0 ? null : s_day.AddDays(day)));
        }

        var plan = Splitter.Assign(rows, "seed", SplitMethod.ByDate);

        Assert.All(order.Zip(plan.Splits), r => Assert.Equal(r.First >= 90 ? Split.Test : r.First >= 80 ? Split.Validation : Split.Train, r.Second));
        Enumerable.Range(100, 6).ToList().ForEach(i => rows.Add(new SplitRow(DataKit.Sentence(i), "x", "x")));
        Assert.Contains("Only 99 of 106 rows have a date", Assert.Throws<PortalException>(() => Splitter.Assign(rows, "seed", SplitMethod.ByDate)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Assign_AsGiven_KeepsTheSplitMakesWhatIsMissingAndCountsWhatLeaks()
    {
        var rows = new SplitRows();
        for (var i = 0; i < 100; i++)
        {
            rows.Add(new SplitRow(DataKit.Sentence(i), "x", "x", Given: i < 70 ? Split.Train : i < 90 ? Split.Test : null));
        }

        rows.Add(new SplitRow(DataKit.Sentence(75).ToUpperInvariant(), "x", "x", Given: Split.Train));
        rows.Add(new SplitRow(DataKit.Sentence(76) + "?", "x", "x"));
        rows.AddSealed(DataKit.Sentence(0));
        rows.AddSealed(DataKit.Sentence(80));

        var plan = Splitter.Assign(rows, "seed", SplitMethod.AsGiven);

        Assert.All(plan.Splits[70..90], s => Assert.Equal(Split.Test, s));
        Assert.Equal((Split.Train, Split.Test), (plan.Splits[100], plan.Splits[101]));
        Assert.DoesNotContain(Split.Test, plan.Splits[..70].Concat(plan.Splits[90..101]));
        Assert.Equal((10, 1, 1, 1), (plan.CountOf(Split.Validation), plan.Crossing, plan.Unsealed, plan.StaySealed));
    }

    [Fact]
    public void Assign_RowsLikeSealedOnes_AreSealedAgain()
    {
        var rows = new SplitRows();
        Enumerable.Range(0, 200).ToList().ForEach(i => rows.Add(new SplitRow(DataKit.Sentence(i), "x", "x")));
        Enumerable.Range(30, 15).ToList().ForEach(i => rows.AddSealed(DataKit.Sentence(i) + " !"));

        var plan = Splitter.Assign(rows, "seed");

        Assert.All(plan.Splits[30..45], s => Assert.Equal(Split.Test, s));
        Assert.Equal((Splitter.Sizes(200), 15), ((plan.CountOf(Split.Train), plan.CountOf(Split.Validation), plan.CountOf(Split.Test)), plan.StaySealed));
    }

    /// <summary>The model of the last version has learnt the old rows, so it can be judged anew by new ones alone; its successor learns from the others.</summary>
    [Fact]
    public void Assign_WithAnEarlierVersion_SealsNewRowsFirst_AndNeverMoreThanHalfOfThem()
    {
        foreach (var (fresh, expected) in new[] { (200, 20), (30, 3), (1_000, 100) })
        {
            var first = Enumerable.Range(0, 1_000).Select(i => new SplitRow(DataKit.Sentence(i), "x", "x")).ToList();
            var before = Assign(first, "seed", SplitMethod.Spread);
            var rows = new SplitRows();
            first.ForEach(r => rows.Add(r));
            Enumerable.Range(1_000, fresh).ToList().ForEach(i => rows.Add(new SplitRow(DataKit.Sentence(i), "x", "x")));
            for (var i = 0; i < first.Count; i++)
            {
                if (before.Splits[i] is Split.Test)
                {
                    rows.AddSealed(first[i].Input);
                }
                else
                {
                    rows.AddLearnt(first[i].Input);
                }
            }

            var plan = Splitter.Assign(rows, "seed");

            Assert.Equal(before.Splits.Select(s => s is Split.Test), plan.Splits[..1_000].Select(s => s is Split.Test));
            Assert.Equal(expected, plan.Splits[1_000..].Count(s => s is Split.Test));
        }

        // Of a first version nothing is remembered, and it is divided alike.
        var alone = new SplitRows(hasLearnt: false);
        Enumerable.Range(0, 1_000).ToList().ForEach(i => alone.Add(new SplitRow(DataKit.Sentence(i), "x", "x")));
        Assert.Equal(Assign([.. Enumerable.Range(0, 1_000).Select(i => new SplitRow(DataKit.Sentence(i), "x", "x"))], "seed", SplitMethod.Spread).Splits, Splitter.Assign(alone, "seed").Splits);
        Assert.Throws<InvalidOperationException>(() => alone.AddLearnt(DataKit.Sentence(0)));

        // A first version that sealed nothing leaves the second much to seal: half of the new rows are kept for learning.
        var bare = new SplitRows();
        Enumerable.Range(0, 1_100).ToList().ForEach(i => bare.Add(new SplitRow(DataKit.Sentence(i), "x", "x")));
        Enumerable.Range(0, 1_000).ToList().ForEach(i => bare.AddLearnt(DataKit.Sentence(i)));
        Assert.InRange(Splitter.Assign(bare, "seed").Splits[1_000..].Count(s => s is Split.Test), 50, 65);
    }

    private static readonly DateTime s_day = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Theory]
    [InlineData("Where is my card?", "where is MY card", 1)]
    [InlineData("one two three four five six seven eight nine ten eleven", "one two three four five six seven eight nine ten twelve", 0.818)]
    [InlineData("left hand", "right foot", 0)]
    [InlineData("今天天气很好", "今天天气不好", 0.428)]
    public void Jaccard_OfWordPairs_IsWhatItIsByHand(string left, string right, double expected) =>
        Assert.Equal(expected, Shingles.Jaccard(Pairs(left), Pairs(right)), 0.002);

    [Fact]
    public void Group_ManyRowsInTime_FindsWhatWasPlanted()
    {
        var texts = Enumerable.Range(0, 20_000).Select(i => DataKit.Sentence(i) + " " + DataKit.Sentence(90_000 + i)).ToList();
        texts.AddRange(Enumerable.Range(0, 200).Select(i => texts[i * 7] + " indeed"));

        var groups = Group(texts);

        Assert.All(Enumerable.Range(0, 200), i => Assert.Equal(groups[i * 7], groups[20_000 + i]));
        Assert.Equal(20_000, groups.Distinct().Count());
    }

    private static (string Input, string Output) Row(string input, string output) => (input, output);

    private static SplitPlan Assign(IEnumerable<(string Input, string Output)> texts, string seed)
    {
        var rows = new SplitRows();
        foreach (var (input, output) in texts)
        {
            rows.Add(new SplitRow(input, output, output));
        }

        return Splitter.Assign(rows, seed);
    }

    private static SplitPlan Assign(IEnumerable<SplitRow> all, string seed, SplitMethod method)
    {
        var rows = new SplitRows();
        foreach (var row in all)
        {
            rows.Add(row);
        }

        return Splitter.Assign(rows, seed, method);
    }

    private static int[] Group(IEnumerable<string> texts)
    {
        var (prints, scan) = (new RowPrints(), new TextScan());
        foreach (var text in texts)
        {
            scan.Read(text);
            prints.Add(scan.Pairs, scan.KeyOf(text));
        }

        return NearDuplicates.Group(prints);
    }

    private static uint[] Pairs(string text)
    {
        var scan = new TextScan();
        scan.Read(text);
        var pairs = scan.Pairs.ToArray();
        return pairs[..Shingles.Distinct(pairs)];
    }
}
