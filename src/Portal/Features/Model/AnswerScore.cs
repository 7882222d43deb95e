using System.Text.Json;
using System.Text.RegularExpressions;
using Portal.Features.Define;

namespace Portal.Features.Model;

/// <summary>What one answer is worth by its task's metric.</summary>
public static partial class AnswerScore
{
    private const int ShownLength = 80;

    /// <summary>No model wraps an answer so often; what somebody wrapped a million times must not be unwrapped for hours.</summary>
    private const int MostLayers = 8;

    /// <summary>Between 0 and 1. For accuracy and macro-F1 a row is right or wrong.</summary>
    public static double Of(TaskDefinition task, string expected, string answer) => task.Metric switch
    {
        MetricKind.TokenF1 => TokenF1.Of(expected, answer),
        MetricKind.RougeL => RougeL.Of(expected, answer),
        _ => IsCorrect(task, expected, answer) ? 1 : 0,
    };

    /// <summary>
    /// Equal but for letter case, white space and the wrapping that models like to add: quotes, a code fence, and for a label
    /// the words "Label:". Facts in JSON may stand in any order.
    /// </summary>
    public static bool IsCorrect(TaskDefinition task, string expected, string answer)
    {
        var (wanted, got) = (Normalize(expected), Normalize(answer));
        return Same(wanted, got) || task.Kind switch
        {
            TaskKind.Classify => Same(wanted, WithoutPrefix(got)),
            TaskKind.Extract => SameFacts(wanted, got),
            _ => false,
        };
    }

    /// <summary>Trimmed, white space collapsed, enclosing quotes, backticks or code fence taken off.</summary>
    public static string Normalize(string text)
    {
        var result = text.Trim();
        for (var layers = 0; layers < MostLayers && Unwrapped(result) is { } inner; layers++)
        {
            result = inner;
        }

        return WhiteSpace().Replace(result, " ");
    }

    /// <summary>An answer that is no label of a task that lists its labels.</summary>
    public static bool IsOutside(TaskDefinition task, string answer) => task is { Kind: TaskKind.Classify, Labels: { Count: > 0 } labels }
        && Normalize(answer) is var normalized && !labels.Any(l => Same(Normalize(l), normalized) || Same(Normalize(l), WithoutPrefix(normalized)));

    /// <summary>The number of the label that an answer names, or −1 for one outside the set.</summary>
    internal static int FindLabel(string answer, IReadOnlyDictionary<string, int> numbers)
    {
        var normalized = Normalize(answer);
        return numbers.TryGetValue(normalized, out var number) || numbers.TryGetValue(WithoutPrefix(normalized), out number) ? number : -1;
    }

    /// <summary>An answer as a table cell: one line, not too long, never blank.</summary>
    internal static string Shown(string answer)
    {
        var line = WhiteSpace().Replace(answer, " ").Trim();
        return line is "" ? "(empty)" : line.Length <= ShownLength ? line : line[..(ShownLength - 1)] + "…";
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static string WithoutPrefix(string answer) => LabelPrefix().Match(answer) is { Success: true } prefix
        ? Normalize(answer[prefix.Length..])
        : answer;

    private static string? Unwrapped(string text) => Wrapping().Match(text) is { Success: true } match
        ? match.Groups.Values.Skip(1).First(g => g.Success).Value.Trim()
        : null;

    private static bool SameFacts(string wanted, string got)
    {
        try
        {
            using var one = JsonDocument.Parse(wanted.ToLowerInvariant());
            using var other = JsonDocument.Parse(got.ToLowerInvariant());
            return JsonElement.DeepEquals(one.RootElement, other.RootElement);
        }
        catch (Exception notFacts) when (notFacts is JsonException or InvalidOperationException)
        {
            // No JSON, or a string in it that is no text: half an escaped pair.
            return false;
        }
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    // A fence may name its language; quotes come in pairs and enclose no further one of their kind.
    [GeneratedRegex("^(?:```(?:[a-z]*\\r?\\n)?(.+?)```|`([^`]+)`|\"([^\"]+)\"|'([^']+)'|“([^”]+)”|«([^»]+)»)$", RegexOptions.IgnoreCase | RegexOptions.Singleline)]
    private static partial Regex Wrapping();

    [GeneratedRegex(@"^(?:(?:the )?(?:label|category|class|intent|answer)(?: is)?\s*:\s*)", RegexOptions.IgnoreCase)]
    private static partial Regex LabelPrefix();
}
