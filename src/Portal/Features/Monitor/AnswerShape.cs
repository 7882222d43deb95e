using System.Text.Json;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Vertex.Contracts;

namespace Portal.Features.Monitor;

/// <summary>The shape that a task asks its answers to have: a label of the task's, facts as JSON, or a text that came to its end.</summary>
public sealed class AnswerShape(TaskKind kind, IReadOnlyList<string> labels)
{
    private readonly Dictionary<string, int> _numbers = Numbered(labels);

    public bool IsMet(string answer, string finishReason) => finishReason is VertexFinishReason.Stop && !string.IsNullOrWhiteSpace(answer) && kind switch
    {
        TaskKind.Classify => labels.Count is 0 || LabelOf(answer) is not "",
        TaskKind.Extract => IsJson(answer),
        _ => true,
    };

    /// <summary>The task's label that an answer names, however it is wrapped; empty if it names none, or there are none.</summary>
    public string LabelOf(string answer) =>
        kind is TaskKind.Classify && AnswerScore.FindLabel(answer, _numbers) is >= 0 and var number ? labels[number] : "";

    private static Dictionary<string, int> Numbered(IReadOnlyList<string> labels)
    {
        var numbers = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < labels.Count; i++)
        {
            numbers.TryAdd(AnswerScore.Normalize(labels[i]), i);
        }

        return numbers;
    }

    private static bool IsJson(string answer)
    {
        try
        {
            using var facts = JsonDocument.Parse(AnswerScore.Normalize(answer));
            return facts.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
