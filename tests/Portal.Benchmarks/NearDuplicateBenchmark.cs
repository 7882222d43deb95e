using Portal.Features.Data;

namespace Portal.Benchmarks;

/// <summary>Which messages are near-copies of each other, against comparing each with each.</summary>
internal sealed class NearDuplicateBenchmark : Benchmark
{
    private readonly List<string> _texts = [.. SampleMessages.Draw(3_000).Select(m => m.Text).Order(StringComparer.Ordinal)];

    public override string Name => "near-duplicates";

    public override string Unit => "texts";

    public override string Against => "comparing all pairs";

    public override Task PrepareAsync()
    {
        // Speed is worth nothing if it finds less.
        var (fast, all) = (Found(NearDuplicates.Group(Printed())), Found(AllPairs(Printed())));
        return all > 0 && fast >= 0.98 * all ? Task.CompletedTask
            : throw new InvalidOperationException($"Of {all} texts that are near-copies, {fast} were found.");
    }

    public override Task<long> WorkAsync() => Task.FromResult<long>(NearDuplicates.Group(Printed()).Length);

    public override Task<long> PlainAsync() => Task.FromResult<long>(AllPairs(Printed()).Length);

    private static int Found(int[] groups) => groups.Where((group, i) => group != i).Count();

    private static int[] AllPairs(RowPrints prints)
    {
        var groups = Enumerable.Range(0, prints.Count).ToArray();
        var sizes = groups.Select(i => Shingles.Distinct(prints.PairsOf(i))).ToArray();
        for (var i = 0; i < prints.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (prints.WordsOf(i) == prints.WordsOf(j) || Shingles.Jaccard(prints.PairsOf(i)[..sizes[i]], prints.PairsOf(j)[..sizes[j]]) >= NearDuplicates.Threshold)
                {
                    groups[i] = Math.Min(groups[i], groups[j]);
                }
            }
        }

        return groups;
    }

    private RowPrints Printed()
    {
        var (prints, scan) = (new RowPrints(), new TextScan());
        foreach (var text in _texts)
        {
            scan.Read(text);
            prints.Add(scan.Pairs, scan.KeyOf(text));
        }

        return prints;
    }
}
