using System.Numerics.Tensors;
using System.Text.RegularExpressions;

namespace Portal.Sandbox.Learner;

/// <summary>Answers from one context, read once: by its labels, its examples or its passages, or else by an extract of the question.</summary>
internal sealed partial class ContextModel
{
    private const float Temperature = 0.1f;
    private const float DescriptionShare = 0.5f;
    private const float OtherVotesShare = 0.3f;

    private readonly PromptContext _context;
    private readonly LexicalIndex _names;
    private readonly LexicalIndex _descriptions;
    private readonly LexicalIndex _examples;
    private readonly LexicalIndex _sentences;
    private readonly string[] _sentenceTexts;
    private readonly int[] _labelOfExample;

    public ContextModel(LearnerTier tier, PromptContext context)
    {
        _context = context;
        _names = new LexicalIndex(tier, [.. context.Labels.Select(l => Spoken(l.Name))]);
        _descriptions = new LexicalIndex(tier, [.. context.Labels.Select(l => l.Description)]);
        _examples = new LexicalIndex(tier, [.. context.Examples.Select(e => e.Input)]);
        _sentenceTexts = [.. context.Passages.SelectMany(Sentences.Split)];
        _sentences = new LexicalIndex(tier, _sentenceTexts);
        var numbers = context.Labels.Index().ToDictionary(l => l.Item.Name, l => l.Index);
        _labelOfExample = [.. context.Examples.Select(e => numbers.GetValueOrDefault(e.Output, -1))];
    }

    public ModelAnswer Answer(string question)
    {
        if (_context.Labels.Count > 0)
        {
            return Choose(LabelScores(question), i => _context.Labels[i].Name);
        }

        if (_sentenceTexts.Length > 0)
        {
            return Choose(_sentences.Compare(question), i => Sentences.Shorten(_sentenceTexts[i]));
        }

        if (_context.Examples.Count > 0)
        {
            return Choose(_examples.Compare(question), i => _context.Examples[i].Output);
        }

        // Any of the sentences might have been wanted, so the first has an even chance.
        var lead = Sentences.Lead(question);
        return ModelAnswer.Of(lead, -Math.Log(Math.Max(1, Sentences.Split(question).Count)));
    }

    private float[] LabelScores(string question)
    {
        var scores = _names.Compare(question);
        TensorPrimitives.MultiplyAdd(_descriptions.Compare(question), DescriptionShare, scores, scores);
        var likeness = _examples.Compare(question);
        var best = new float[scores.Length];
        var sum = new float[scores.Length];
        for (var i = 0; i < likeness.Length; i++)
        {
            if (_labelOfExample[i] is >= 0 and var label)
            {
                best[label] = Math.Max(best[label], likeness[i]);
                sum[label] += likeness[i];
            }
        }

        for (var label = 0; label < scores.Length; label++)
        {
            scores[label] += best[label] + (OtherVotesShare * (sum[label] - best[label]));
        }

        return scores;
    }

    private static ModelAnswer Choose(float[] scores, Func<int, string> textOf)
    {
        TensorPrimitives.Divide(scores, Temperature, scores);
        var best = Softmax.Apply(scores);
        return ModelAnswer.Of(textOf(best), Math.Log(scores[best]));
    }

    /// <summary>A name as words: <c>cardArrival</c> and <c>card_arrival</c> are both "card arrival".</summary>
    private static string Spoken(string name) => HumpBorder.Replace(name, "$1 $2");

    [GeneratedRegex(@"(\p{Ll})(\p{Lu})", RegexOptions.CultureInvariant)]
    private static partial Regex HumpBorder { get; }
}
