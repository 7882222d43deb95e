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
        var (fast, all) = (Found(NearDuplicates.Group(Shingled())), Found(AllPairs(Shingled())));
        return all > 0 && fast >= 0.98 * all ? Task.CompletedTask
            : throw new InvalidOperationException($"Of {all} texts that are near-copies, {fast} were found.");
    }

    public override Task<long> WorkAsync() => Task.FromResult<long>(NearDuplicates.Group(Shingled()).Length);

    public override Task<long> PlainAsync() => Task.FromResult<long>(AllPairs(Shingled()).Length);

    private static int Found(int[] groups) => groups.Where((group, i) => group != i).Count();

    private static int[] AllPairs(IReadOnlyList<(uint[] Pairs, UInt128 Words)> texts)
    {
        var groups = Enumerable.Range(0, texts.Count).ToArray();
        for (var i = 0; i < texts.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (texts[i].Words == texts[j].Words || Shingles.Jaccard(texts[i].Pairs, texts[j].Pairs) >= NearDuplicates.Threshold)
                {
                    groups[i] = Math.Min(groups[i], groups[j]);
                }
            }
        }

        return groups;
    }

    private List<(uint[] Pairs, UInt128 Words)> Shingled() => _texts.ConvertAll(Shingles.Of);
}
