using System.Text.Json;
using Portal.Features.Model;

namespace Portal.Features.Deploy;

/// <summary>Two answers in JSON, field by field.</summary>
internal static class AnswerFields
{
    /// <summary>The fields that either has at its top, and how many both have alike; none where one of them is no JSON object.</summary>
    public static (int All, int Same) Compare(string one, string other)
    {
        if (Read(one) is not { } a || Read(other) is not { } b)
        {
            return (0, 0);
        }

        var names = a.Keys.Union(b.Keys, StringComparer.Ordinal).ToList();
        return (names.Count, names.Count(n => a.TryGetValue(n, out var x) && b.TryGetValue(n, out var y) && x == y));
    }

    private static Dictionary<string, string>? Read(string answer)
    {
        try
        {
            using var json = JsonDocument.Parse(AnswerScore.Normalize(answer));
            return json.RootElement.ValueKind is not JsonValueKind.Object ? null
                : json.RootElement.EnumerateObject().GroupBy(p => p.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => AnswerScore.Normalize(g.Last().Value.ToString()).ToUpperInvariant(), StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
