namespace Portal.Features.Data;

/// <summary>Which columns are probably the input and the expected output: by name, else by how much they vary.</summary>
internal static class ColumnGuess
{
    private static readonly string[] s_inputs =
    [
        "input", "text", "message", "prompt", "question", "query", "utterance", "sentence", "body", "description", "content", "request",
        "ticket", "dialogue", "document", "user", "user_input", "input_text", "source", "comment", "review", "email", "email_body",
    ];

    private static readonly string[] s_outputs =
    [
        "output", "label", "category", "intent", "class", "target", "completion", "response", "answer", "expected", "expected_output",
        "section_text", "summary", "output_text", "topic", "tag", "sentiment", "queue", "reply", "assistant", "ground_truth", "y",
    ];

    public static bool IsKnown(string name) => Rank(s_inputs, name) < int.MaxValue || Rank(s_outputs, name) < int.MaxValue;

    /// <summary>Empty strings where there is nothing to guess from.</summary>
    public static (string Input, string Output) Of(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string?>> rows)
    {
        if (columns.Count is 0)
        {
            return ("", "");
        }

        var input = Named(columns, s_inputs, except: null);
        var output = Named(columns, s_outputs, except: input);
        var byLength = columns.Select((name, i) => (Name: name, Length: rows.Sum(r => (long)(r.ElementAtOrDefault(i)?.Length ?? 0)), Distinct: DistinctOf(rows, i))).ToList();
        input ??= byLength.Where(c => c.Name != output && c.Distinct > 0).OrderByDescending(c => c.Length).Select(c => c.Name).FirstOrDefault()
            ?? columns.First(c => c != output || columns.Count is 1);
        // An output repeats more than an input does, but says more than one thing.
        output ??= byLength.Where(c => c.Name != input && c.Distinct > 1).OrderBy(c => c.Distinct).ThenBy(c => c.Length).Select(c => c.Name).FirstOrDefault()
            ?? columns.FirstOrDefault(c => c != input) ?? "";
        return (input, output == input ? "" : output);
    }

    private static int DistinctOf(IReadOnlyList<IReadOnlyList<string?>> rows, int column) =>
        rows.Select(r => r.ElementAtOrDefault(column)).Where(v => !string.IsNullOrWhiteSpace(v)).Distinct(StringComparer.Ordinal).Count();

    private static string? Named(IReadOnlyList<string> columns, string[] names, string? except) =>
        columns.Where(c => c != except && Rank(names, c) < int.MaxValue).OrderBy(c => Rank(names, c)).FirstOrDefault();

    private static int Rank(string[] names, string column)
    {
        var plain = column.Trim().Replace(' ', '_').Replace('-', '_').ToLowerInvariant();
        var at = Array.IndexOf(names, plain);
        return at < 0 ? int.MaxValue : at;
    }
}
