using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Vertex.Contracts;

namespace Portal.Features.Data;

/// <summary>A row as a model wrote it.</summary>
internal sealed record WrittenRow(string Input, string Output);

/// <summary>What a model is told and shown for some rows, and how its answer is read.</summary>
internal static class AugmentPrompt
{
    /// <summary>Training rows a call shows.</summary>
    public const int Shown = 5;

    /// <summary>Of an example's text; the manner shows in the beginning.</summary>
    private const int ShownCharacters = 4_000;

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JsonText.Options.Encoder };

    public static string Of(AugmentTask task, int rows, IReadOnlyList<WrittenRow> examples)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"Write {rows} new training examples for the task below, as a JSON array of objects with \"input\" and \"output\".\n\n");
        text.Append(CultureInfo.InvariantCulture, $"The task: {task.Instruction.Trim()}\n");
        if (task.Label is not "")
        {
            text.Append(CultureInfo.InvariantCulture, $"Every output is exactly: {task.Label}\n");
        }
        else if (task.Labels.Count > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"Every output is exactly one of: {string.Join(", ", task.Labels)}\n");
        }

        if (task.Slice is not "")
        {
            text.Append(CultureInfo.InvariantCulture, $"All of them belong to: {task.Slice}\n");
        }

        text.Append("Each input reads as if another person wrote it: another situation, other words, another length. Do not copy or rephrase the examples or each other. ");
        text.Append("Invent no names, addresses, account or telephone numbers, passwords or keys.\n");
        if (task.Wish is not "")
        {
            text.Append(CultureInfo.InvariantCulture, $"Also: {task.Wish}\n");
        }

        text.Append("\nExamples of the manner, to learn from and not to repeat:\n");
        foreach (var example in examples)
        {
            text.Append(CultureInfo.InvariantCulture, $"\nInput: {Cut(example.Input)}\nOutput: {Cut(example.Output)}\n");
        }

        return text.ToString();
    }

    public static VertexGenerateContentRequest Request(string prompt, AugmentTask task, int rows, AugmentSettings settings) => new()
    {
        Contents = [VertexContent.User(prompt)],
        GenerationConfig = new VertexGenerationConfig
        {
            Temperature = settings.Temperature,
            Seed = settings.Seed,
            MaxOutputTokens = settings.MaxOutputTokens,
            ResponseMimeType = "application/json",
            ResponseSchema = SchemaOf(task, rows),
            ThinkingConfig = settings.ThinkingLevel is "" && settings.ThinkingBudget is null ? null : new VertexThinkingConfig { ThinkingLevel = settings.ThinkingLevel, ThinkingBudget = settings.ThinkingBudget },
        },
    };

    /// <summary>Those that could be read, the rest being missing: an answer that was cut off is no JSON, and one that was refused is empty.</summary>
    public static IReadOnlyList<WrittenRow> Read(string answer, int most)
    {
        try
        {
            using var json = JsonDocument.Parse(answer);
            return json.RootElement.ValueKind is not JsonValueKind.Array ? []
                : [.. json.RootElement.EnumerateArray().Select(Row).OfType<WrittenRow>().Take(most)];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static WrittenRow? Row(JsonElement item) =>
        item.ValueKind is JsonValueKind.Object && item.TryGetProperty("input", out var input) && item.TryGetProperty("output", out var output)
            && input.ValueKind is JsonValueKind.String && output.ValueKind is JsonValueKind.String
            ? new WrittenRow((input.GetString() ?? "").Trim(), (output.GetString() ?? "").Trim())
            : null;

    private static JsonElement SchemaOf(AugmentTask task, int rows)
    {
        IReadOnlyList<string> labels = task.Label is not "" ? [task.Label] : task.Labels;
        var output = new JsonObject { ["type"] = "STRING" };
        if (labels.Count is > 0 and <= AugmentTask.MostInSchema)
        {
            output["enum"] = new JsonArray([.. labels.Select(l => JsonValue.Create(l))]);
        }

        return JsonSerializer.SerializeToElement(
            new JsonObject
            {
                ["type"] = "ARRAY",
                ["minItems"] = rows,
                ["maxItems"] = rows,
                ["items"] = new JsonObject
                {
                    ["type"] = "OBJECT",
                    ["properties"] = new JsonObject { ["input"] = new JsonObject { ["type"] = "STRING" }, ["output"] = output },
                    ["required"] = new JsonArray("input", "output"),
                    ["propertyOrdering"] = new JsonArray("input", "output"),
                },
            }, s_plain);
    }

    private static string Cut(string text) => text.Length > ShownCharacters ? text[..ShownCharacters] : text;
}

/// <summary>What the rows are for.</summary>
/// <param name="Label">The one that is asked for; empty for any of the labels.</param>
/// <param name="Labels">All that an output may be; none where it is free.</param>
internal sealed record AugmentTask(string Instruction, string Label, IReadOnlyList<string> Labels, string Slice, string Wish)
{
    /// <summary>Google refuses a schema that is too large; more labels are held by the check alone.</summary>
    public const int MostInSchema = 100;
}

internal sealed record AugmentSettings(double Temperature, int Seed, int MaxOutputTokens, string ThinkingLevel, int? ThinkingBudget);
