namespace Portal.Sandbox.Learner;

/// <summary>
/// Stands for a model that was not tuned: it knows its prompt and general English, nothing else. Safe for any number of threads.
/// </summary>
public sealed class BaseModel
{
    private const int MostContexts = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ContextModel> _contexts = [];
    private readonly Queue<string> _oldest = [];

    public ModelAnswer Answer(LearnerTier tier, BasePrompt prompt)
    {
        var asked = prompt.Turns.Count - 1;
        while (asked >= 0 && prompt.Turns[asked].Role == "model")
        {
            asked--;
        }

        var (preamble, question) = QuestionReader.Read(asked < 0 ? string.Empty : prompt.Turns[asked].Text);
        var earlier = prompt.Turns.Take(Math.Max(0, asked));
        return ContextOf(tier, prompt.SystemInstruction, earlier, preamble).Answer(question);
    }

    /// <summary>Many questions share one context, and reading it costs far more than answering.</summary>
    private ContextModel ContextOf(
        LearnerTier tier, string? instruction, IEnumerable<(string Role, string Text)> earlier, string preamble)
    {
        var key = string.Join('\u001f', [tier.ToString(), instruction, preamble, .. earlier.Select(t => $"{t.Role}\u001e{t.Text}")]);
        lock (_gate)
        {
            if (_contexts.TryGetValue(key, out var known))
            {
                return known;
            }
        }

        var model = new ContextModel(tier, PromptContext.Read(instruction, earlier, preamble));
        lock (_gate)
        {
            if (_contexts.TryAdd(key, model))
            {
                _oldest.Enqueue(key);
            }

            if (_oldest.Count > MostContexts)
            {
                _contexts.Remove(_oldest.Dequeue());
            }
        }

        return model;
    }
}
