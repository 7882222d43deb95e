using System.Text.RegularExpressions;
using Portal.Sandbox.Learner;

namespace Portal.Sandbox.Vertex.Evaluation;

/// <summary>Texts as the metrics cut them into words.</summary>
internal static partial class EvaluatedWords
{
    /// <summary>BLEU counts punctuation and case.</summary>
    public static IReadOnlyList<string> CaseKept(string text) => [.. WordOrMark().Matches(text).Select(match => match.Value)];

    /// <summary>ROUGE counts neither.</summary>
    public static IReadOnlyList<string> Folded(string text, bool stem) =>
        [.. Word().Matches(text.ToLowerInvariant()).Select(match => stem ? Stemmer.Stem(match.Value) : match.Value)];

    [GeneratedRegex(@"[\p{L}\p{N}]+|[^\p{L}\p{N}\s]")]
    private static partial Regex WordOrMark();

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
