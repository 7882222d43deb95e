using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Tuning;

/// <summary>The statistics a job carries once its data set is read.</summary>
internal static class DataStats
{
    private const int Buckets = 10;
    private const int ShownExamples = 3;
    private const int ShownCharacters = 200;

    public static VertexTuningDataStats Of(TuningDataset dataset, int steps)
    {
        var lines = dataset.Lines;
        var truncated = lines.Select((line, index) => (line.Tokens, Number: index + 1L)).Where(line => line.Tokens > DatasetLine.MostTokens).ToList();
        return new()
        {
            SupervisedTuningDataStats = new()
            {
                TuningDatasetExampleCount = lines.Count,
                TuningStepCount = steps,
                TotalBillableTokenCount = lines.Sum(line => (long)Math.Min(line.Tokens, DatasetLine.MostTokens)),
                TotalTuningCharacterCount = lines.Sum(line => (long)line.Characters),
                TotalTruncatedExampleCount = truncated.Count,
                TruncatedExampleIndices = [.. truncated.Select(line => line.Number)],
                UserInputTokenDistribution = Distribution(lines.Select(line => line.InputTokens)),
                UserOutputTokenDistribution = Distribution(lines.Select(line => line.OutputTokens)),
                UserMessagePerExampleDistribution = Distribution(lines.Select(line => line.Turns)),
                UserDatasetExamples = [.. lines.Take(ShownExamples).Select(line => VertexContent.User(Shorten(line.Examples[0].Input)))],
            },
        };
    }

    private static VertexDatasetDistribution Distribution(IEnumerable<int> values)
    {
        var sorted = values.Order().ToArray();
        var (low, high) = (sorted[0], sorted[^1]);
        var width = Math.Max(1, (high - low + 1) / (double)Buckets);
        var counts = new int[Buckets];
        foreach (var value in sorted)
        {
            counts[Math.Min(Buckets - 1, (int)((value - low) / width))]++;
        }

        var sum = sorted.Sum(value => (long)value);
        return new()
        {
            Sum = sum,
            BillableSum = sum,
            Min = low,
            Max = high,
            Mean = sum / (double)sorted.Length,
            Median = Percentile(sorted, 0.5),
            P5 = Percentile(sorted, 0.05),
            P95 = Percentile(sorted, 0.95),
            Buckets =
            [
                .. counts.Select((count, index) => new VertexDatasetBucket { Count = count, Left = low + (index * width), Right = low + ((index + 1) * width) })
                    .Where(bucket => bucket.Count > 0),
            ],
        };
    }

    private static double Percentile(int[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((at - below) * (sorted[above] - sorted[below]));
    }

    private static string Shorten(string text) => text.Length <= ShownCharacters ? text : text[..ShownCharacters] + "…";
}
