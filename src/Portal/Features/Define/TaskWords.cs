using System.Globalization;

namespace Portal.Features.Define;

/// <summary>The task's choices as the screens call them.</summary>
public static class TaskWords
{
    public static string Summary(TaskDefinition task) =>
        $"{Of(task.Kind)}, {Of(task.Metric)}, target {(task.Target is { } target ? target.ToString("P1", CultureInfo.InvariantCulture) : "none yet")}, {task.Labels.Count} labels";

    public static string Of(TaskKind kind) => kind switch
    {
        TaskKind.Classify => "Classify",
        TaskKind.Extract => "Extract",
        TaskKind.Generate => "Generate",
        _ => "Answer",
    };

    public static string Explain(TaskKind kind) => kind switch
    {
        TaskKind.Classify => "Pick one label for each input: route a message, grade a claim.",
        TaskKind.Extract => "Pull structured facts out of a text, usually as JSON.",
        TaskKind.Generate => "Write a text from an input: a note, a summary, a reply.",
        _ => "Answer a question from what is given.",
    };

    public static string Of(MetricKind metric) => metric switch
    {
        MetricKind.Accuracy => "Accuracy",
        MetricKind.MacroF1 => "Macro-F1",
        MetricKind.TokenF1 => "Token F1",
        _ => "ROUGE-L",
    };

    public static string Explain(MetricKind metric) => metric switch
    {
        MetricKind.Accuracy => "Share of rows answered exactly as expected.",
        MetricKind.MacroF1 => "Every label counts the same, rare ones too.",
        MetricKind.TokenF1 => "How many of the expected words the answer has, and no others.",
        _ => "How much of the expected text appears in the same order.",
    };
}
