namespace Portal.Sandbox.Learner;

/// <summary>
/// An answer with the natural logarithm of its probability divided by its tokens, as Gemini's <c>avgLogprobs</c>.
/// </summary>
public sealed record ModelAnswer(string Text, double AverageLogProbability)
{
    internal static ModelAnswer Of(string text, double logProbability) =>
        new(text, Math.Min(0, logProbability) / Math.Max(1, Tokenizer.Count(text)));
}
