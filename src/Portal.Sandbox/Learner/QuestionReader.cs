namespace Portal.Sandbox.Learner;

/// <summary>Separates what is asked from what stands before it when a prompt puts all in one user turn.</summary>
internal static class QuestionReader
{
    public static (string Preamble, string Question) Read(string turn)
    {
        var lines = turn.Split('\n');
        var end = lines.Length;
        while (end > 0 && (string.IsNullOrWhiteSpace(lines[end - 1]) || PromptField.Of(lines[end - 1]) is { Role: PromptField.Kind.Output, Value: "" }))
        {
            end--;
        }

        // Looking upwards, an answered input is an example and so not what is asked.
        for (var i = end - 1; i >= 0; i--)
        {
            var field = PromptField.Of(lines[i]);
            if (field.Role == PromptField.Kind.Input)
            {
                var question = string.Join('\n', [field.Value, .. lines[(i + 1)..end]]).Trim();
                return (string.Join('\n', lines[..i]), question);
            }

            if (field.Role == PromptField.Kind.Output)
            {
                break;
            }
        }

        return WithoutLabels(turn, lines);
    }

    private static (string Preamble, string Question) WithoutLabels(string turn, string[] lines)
    {
        // One line is a question, even if it says "one of these: …".
        if (lines.Length == 1 || LabelReader.Read(turn) is not { Announced: true } list)
        {
            return (string.Empty, turn.Trim());
        }

        // The line before the list announces it; what is left on either side is the question.
        var first = list.FirstLine < list.LastLine && list.FirstLine > 0 ? list.FirstLine - 1 : list.FirstLine;
        var question = string.Join('\n', [.. lines[..first], .. lines[(list.LastLine + 1)..]]).Trim();
        return question.Length == 0
            ? (string.Empty, turn.Trim())
            : (string.Join('\n', lines[first..(list.LastLine + 1)]), question);
    }
}
