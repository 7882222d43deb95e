using System.Globalization;

namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>ROUGE as F1: of n-grams, of the longest common subsequence, or of its union over lines.</summary>
internal static class Rouge
{
    public static Func<EvaluatedPair, double> For(MetricSpec spec) => spec.RougeType switch
    {
        "rougeL" => pair => Subsequence(Words(pair.Prediction, spec), Words(pair.Reference, spec)),
        "rougeLsum" => pair => Summary(pair, spec),
        ['r', 'o', 'u', 'g', 'e', >= '1' and <= '9' and var order] => pair =>
            Grams(Words(pair.Prediction, spec), Words(pair.Reference, spec), CharUnicodeInfo.GetDecimalDigitValue(order)),
        var other => throw Refusal.Invalid($"Invalid rouge type \"{other}\". Use rouge1 to rouge9, rougeL or rougeLsum."),
    };

    private static IReadOnlyList<string> Words(string text, MetricSpec spec) => EvaluatedWords.Folded(text, spec.UseStemmer);

    private static double Grams(IReadOnlyList<string> prediction, IReadOnlyList<string> reference, int order) => F1(
        NGrams.Overlap(prediction, reference, order), prediction.Count - order + 1, reference.Count - order + 1);

    private static double Subsequence(IReadOnlyList<string> prediction, IReadOnlyList<string> reference) =>
        F1(Common(reference, prediction).Count, prediction.Count, reference.Count);

    private static double Summary(EvaluatedPair pair, MetricSpec spec)
    {
        var predictions = Lines(pair.Prediction).ConvertAll(line => Words(line, spec));
        var references = Lines(pair.Reference).ConvertAll(line => Words(line, spec));
        // Each word of a reference line counts once, whichever predicted line it was found in.
        var hits = references.Sum(reference => predictions.SelectMany(prediction => Common(reference, prediction)).Distinct().Count());
        return F1(hits, predictions.Sum(line => line.Count), references.Sum(line => line.Count));
    }

    private static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static double F1(int hits, int predicted, int referenced)
    {
        if (hits <= 0 || predicted <= 0 || referenced <= 0)
        {
            return 0;
        }

        var (precision, recall) = (hits / (double)predicted, hits / (double)referenced);
        return 2 * precision * recall / (precision + recall);
    }

    /// <summary>Positions in the first list of the words of one longest common subsequence.</summary>
    private static List<int> Common(IReadOnlyList<string> first, IReadOnlyList<string> second)
    {
        var lengths = new int[first.Count + 1, second.Count + 1];
        for (var i = first.Count - 1; i >= 0; i--)
        {
            for (var j = second.Count - 1; j >= 0; j--)
            {
                lengths[i, j] = first[i] == second[j] ? lengths[i + 1, j + 1] + 1 : Math.Max(lengths[i + 1, j], lengths[i, j + 1]);
            }
        }

        var positions = new List<int>();
        for (var (i, j) = (0, 0); i < first.Count && j < second.Count;)
        {
            if (first[i] == second[j])
            {
                positions.Add(i);
                (i, j) = (i + 1, j + 1);
            }
            else if (lengths[i + 1, j] >= lengths[i, j + 1])
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return positions;
    }
}
