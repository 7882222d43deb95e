namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>Sentence BLEU: 1- to 4-grams, exponential smoothing of empty counts, brevity penalty.</summary>
internal static class Bleu
{
    private const int Longest = 4;

    public static double Score(string prediction, string reference, bool useEffectiveOrder)
    {
        var (candidate, target) = (EvaluatedWords.CaseKept(prediction), EvaluatedWords.CaseKept(reference));
        var (logs, orders, smoothing) = (0.0, 0, 1.0);
        for (var order = 1; order <= Longest; order++)
        {
            var total = candidate.Count - order + 1;
            if (total <= 0)
            {
                if (useEffectiveOrder)
                {
                    break;
                }

                return 0;
            }

            var matches = NGrams.Overlap(candidate, target, order);
            if (matches == 0 && order == 1)
            {
                return 0;
            }

            smoothing = matches == 0 ? smoothing * 2 : smoothing;
            logs += Math.Log(matches == 0 ? 1 / (smoothing * total) : matches / (double)total);
            orders++;
        }

        var brevity = candidate.Count < target.Count ? Math.Exp(1 - (target.Count / (double)candidate.Count)) : 1;
        return orders == 0 ? 0 : brevity * Math.Exp(logs / orders);
    }
}
