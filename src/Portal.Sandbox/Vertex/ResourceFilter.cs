using System.Text.RegularExpressions;

namespace Portal.Sandbox.Vertex;

/// <summary>The part of Google's filter language that lists of resources need: terms with <c>=</c>, <c>!=</c> or <c>:</c>, joined by AND.</summary>
internal sealed partial record ResourceFilter(IReadOnlyList<ResourceFilter.Term> Terms)
{
    /// <param name="fields">What may be asked beside labels, by its name in camel case.</param>
    public static Func<T, bool> Parse<T>(
        string? filter, Func<T, IReadOnlyDictionary<string, string>> labels, IReadOnlyDictionary<string, Func<T, string>> fields)
    {
        var terms = Read(filter ?? "");
        foreach (var term in terms.Where(term => term.Label is null && !fields.ContainsKey(term.Field)))
        {
            throw Refusal.Invalid($"Invalid filter: unknown field \"{term.Field}\".");
        }

        return item => terms.All(term => term.Holds(
            term.Label is null ? fields[term.Field](item) : labels(item).GetValueOrDefault(term.Label)));
    }

    private static List<Term> Read(string filter)
    {
        var terms = new List<Term>();
        var at = 0;
        while (at < filter.Length)
        {
            var match = TermPattern().Match(filter, at);
            if (!match.Success || (terms.Count > 0) != match.Groups["and"].Success)
            {
                throw Refusal.Invalid($"Invalid filter: \"{filter}\".");
            }

            var value = match.Groups["quoted"].Success
                ? match.Groups["quoted"].Value.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
                : match.Groups["plain"].Value;
            var label = match.Groups["label"].Success ? match.Groups["label"].Value.Trim('"') : null;
            terms.Add(new(CamelCase(match.Groups["field"].Value), label, match.Groups["operator"].Value, value));
            at = match.Index + match.Length;
        }

        return terms;
    }

    private static string CamelCase(string name) => Underscore().Replace(name, match => match.Groups[1].Value.ToUpperInvariant());

    [GeneratedRegex("""\G\s*(?<and>AND\s+)?(?:labels\.(?<label>"[^"]+"|[a-z0-9_-]+)|(?<field>[A-Za-z_]+))\s*(?<operator>!=|=|:)\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>[^\s"]+))\s*""")]
    private static partial Regex TermPattern();

    [GeneratedRegex("_([a-z])")]
    private static partial Regex Underscore();

    internal sealed record Term(string Field, string? Label, string Operator, string Value)
    {
        public bool Holds(string? actual) => Operator switch
        {
            "=" => actual == Value,
            "!=" => actual != Value,
            _ => actual is not null && (Value == "*" || actual.Contains(Value, StringComparison.OrdinalIgnoreCase)),
        };
    }
}
