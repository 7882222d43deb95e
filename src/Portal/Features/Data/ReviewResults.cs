namespace Portal.Features.Data;

/// <summary>What one reviewer said about a row that is not settled.</summary>
public sealed record ReviewOpinion(string UserName, ReviewVerdict Verdict, string Output, string Comment);

/// <summary>A row whose reviewers differ among themselves, or from it.</summary>
public sealed record ReviewConflict(int Number, int Revision, string Input, string Output, bool IsConversation, IReadOnlyList<ReviewOpinion> Opinions)
{
    /// <summary>The answers to choose from, the row's own not among them.</summary>
    public IReadOnlyList<string> Proposals => [.. Opinions.Where(o => o.Output.Trim() is not "" && o.Output.Trim() != Output.Trim()).Select(o => o.Output.Trim()).Distinct(StringComparer.Ordinal)];
}

/// <summary>Two reviewers and how far they agree.</summary>
public sealed record ReviewerPair(string FirstId, string First, string SecondId, string Second, Kappa Kappa)
{
    public string Key => $"{FirstId}-{SecondId}";
}

/// <summary>What the one said down, what the other said across.</summary>
public sealed record ConfusionMatrix(IReadOnlyList<string> Categories, int[][] Counts);

public sealed record ReviewResults(
    Review Review, int Complete, int Answers, int Skips, int Settled, IReadOnlyList<ReviewerPair> Pairs, ReviewerPair? Shown, ConfusionMatrix? Matrix, IReadOnlyList<ReviewConflict> Conflicts, int ConflictCount)
{
    public string ProjectName { get; init; } = "";
}

/// <summary>Pairs up what reviewers said.</summary>
internal static class Agreement
{
    /// <summary>More categories than this fit on no screen; the agreement is told all the same.</summary>
    private const int MostShown = 30;

    /// <param name="answers">Without those that were skipped.</param>
    /// <param name="isOfLabels">Whether what was said is one of few labels; a text as such is never the same twice, so there it counts whether it agrees with the row.</param>
    /// <param name="outputs">What the rows themselves say.</param>
    public static IReadOnlyList<(ReviewerPair Pair, ConfusionMatrix Matrix)> Pairs(IReadOnlyList<ReviewAnswer> answers, bool isOfLabels, IReadOnlyDictionary<int, string> outputs)
    {
        var people = answers.GroupBy(a => a.UserId).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => (Id: g.Key, Name: g.OrderBy(a => a.At).Last().UserName, Said: g.ToDictionary(a => a.Number, a => CategoryOf(a, isOfLabels, outputs)))).ToList();
        List<(ReviewerPair, ConfusionMatrix)> pairs = [];
        for (var i = 0; i < people.Count; i++)
        {
            for (var j = i + 1; j < people.Count; j++)
            {
                var both = people[i].Said.Where(s => people[j].Said.ContainsKey(s.Key)).Select(s => (s.Value, people[j].Said[s.Key])).ToList();
                if (both.Count > 0)
                {
                    var (categories, counts) = Table(both);
                    pairs.Add((new ReviewerPair(people[i].Id, people[i].Name, people[j].Id, people[j].Name, Kappa.Of(counts)), Matrix(categories, counts)));
                }
            }
        }

        return pairs;
    }

    private static (List<string> Categories, int[,] Counts) Table(List<(string One, string Other)> both)
    {
        var categories = both.SelectMany(b => new[] { b.One, b.Other }).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var counts = new int[categories.Count, categories.Count];
        foreach (var (one, other) in both)
        {
            counts[categories.IndexOf(one), categories.IndexOf(other)]++;
        }

        return (categories, counts);
    }

    private static ConfusionMatrix Matrix(List<string> categories, int[,] counts) => categories.Count > MostShown ? new ConfusionMatrix([], [])
        : new ConfusionMatrix(categories, [.. categories.Select((_, i) => categories.Select((_, j) => counts[i, j]).ToArray())]);

    private static string CategoryOf(ReviewAnswer answer, bool isOfLabels, IReadOnlyDictionary<int, string> outputs) => answer.Verdict switch
    {
        ReviewVerdict.Disagrees => isOfLabels ? "(another label)" : "differs from the row",
        _ when isOfLabels => answer.Output.Trim(),
        _ => answer.Output.Trim() == outputs.GetValueOrDefault(answer.Number, "").Trim() ? "agrees with the row" : "differs from the row",
    };
}
