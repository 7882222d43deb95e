namespace Portal.Sandbox.Learner;

/// <summary>All that a base model was told beside the question itself.</summary>
internal sealed record PromptContext(
    IReadOnlyList<ContextLabel> Labels, IReadOnlyList<TrainingExample> Examples, IReadOnlyList<string> Passages)
{
    public static PromptContext Read(string? instruction, IEnumerable<(string Role, string Text)> earlier, string preamble)
    {
        var (written, rest) = ExampleReader.Read(instruction ?? string.Empty);
        var (more, restOfPreamble) = ExampleReader.Read(preamble);
        var examples = written.Concat(Exchanges(earlier)).Concat(more).ToList();
        var list = LabelReader.Read(rest) ?? LabelReader.Read(restOfPreamble);
        return new PromptContext(
            list?.Labels ?? LabelsOf(examples),
            examples,
            [.. PassageReader.Read(rest), .. PassageReader.Read(restOfPreamble)]);
    }

    private static IEnumerable<TrainingExample> Exchanges(IEnumerable<(string Role, string Text)> turns)
    {
        string? question = null;
        foreach (var (role, text) in turns)
        {
            if (role != "model")
            {
                question = QuestionReader.Read(text).Question;
            }
            else if (question is not null)
            {
                yield return new TrainingExample(question, text.Trim());
                question = null;
            }
        }
    }

    /// <summary>Without a list, short answers that come back among the examples, or look like names, are the labels.</summary>
    private static IReadOnlyList<ContextLabel> LabelsOf(List<TrainingExample> examples)
    {
        var names = examples.Select(e => e.Output).Distinct().ToList();
        var repeat = names.Count < examples.Count && names.TrueForAll(LabelText.LooksLikeLabel);
        var named = names.Count >= 2 && names.TrueForAll(n => LabelText.LooksLikeLabel(n) && !n.Contains(' ', StringComparison.Ordinal));
        return repeat || named ? [.. names.Select(n => new ContextLabel(n, string.Empty))] : [];
    }
}
