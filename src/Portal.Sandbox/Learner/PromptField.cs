namespace Portal.Sandbox.Learner;

/// <summary>Reads lines such as <c>Input: …</c>, <c>**Customer message:** …</c> or <c>Expected output: …</c>.</summary>
internal readonly record struct PromptField(PromptField.Kind Role, string Value)
{
    private const int LongestKey = 32;

    private static readonly HashSet<string> s_inputs =
    [
        "input", "text", "message", "question", "query", "q", "user", "prompt", "ticket", "email", "utterance", "dialogue",
        "document", "conversation", "request",
    ];

    private static readonly HashSet<string> s_outputs =
    [
        "output", "answer", "a", "response", "label", "category", "intent", "class", "assistant", "model", "completion",
        "result", "summary", "classification",
    ];

    private static readonly HashSet<string> s_passages =
    [
        "context", "passage", "passages", "documents", "source", "sources", "knowledge", "reference", "references", "facts",
        "excerpt", "excerpts",
    ];

    public enum Kind
    {
        None,
        Input,
        Output,
        Passage,
    }

    public static PromptField Of(string line)
    {
        var start = line.AsSpan().TrimStart(" \t-*#>•");
        var colon = start[..Math.Min(start.Length, LongestKey)].IndexOf(':');
        if (colon <= 0)
        {
            return default;
        }

        var key = start[..colon].Trim("* \t0123456789.)").ToString().ToLowerInvariant();
        var words = key.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var last = words.Length is > 0 and <= 3 ? words[^1] : string.Empty;
        var role = s_inputs.Contains(last) ? Kind.Input
            : s_outputs.Contains(last) ? Kind.Output
            : s_passages.Contains(last) ? Kind.Passage
            : Kind.None;
        return role == Kind.None ? default : new PromptField(role, start[(colon + 1)..].Trim("* \t\r").ToString());
    }
}
