using Portal.Features.Define;

namespace Portal.Features.Model;

/// <summary>Writes the recipes: what the instruction says at each rung, and how much room an answer gets.</summary>
public static class Prompting
{
    private const int FreeTextTokens = 1_024;

    /// <summary>Room for what a model thinks although it is told to think as little as it can: cut off in thought, it would say nothing.</summary>
    private const int ThinkingRoom = 1_024;

    public static RecipeContent PromptOnly(TaskDefinition task, CatalogueModel model) => Content(task, WithLabels(task), [], model);

    public static RecipeContent FewShot(TaskDefinition task, IReadOnlyList<Shot> shots, CatalogueModel model) =>
        Content(task, WithLabels(task), shots, model);

    public static RecipeContent Tuned(TaskDefinition task, string instruction, CatalogueModel model) => Content(task, instruction, [], model);

    /// <summary>The task's instruction and, for a choice of labels, the closed list with the form of the answer.</summary>
    public static string WithLabels(TaskDefinition task)
    {
        var instruction = Recipe.ShortInstruction(task);
        return task.Kind is TaskKind.Classify && task.Labels.Count > 0
            ? $"{instruction}\n\nAnswer with exactly one of these labels:\n{string.Join('\n', task.Labels.Select(l => $"- {l}"))}\nAnswer with the label only."
            : instruction;
    }

    /// <summary>It cannot be told not to think.</summary>
    public static bool ThinksAnyway(RecipeContent recipe) => recipe is not ({ ThinkingLevel: "MINIMAL" } or { ThinkingBudget: 0 });

    private static RecipeContent Content(TaskDefinition task, string instruction, IReadOnlyList<Shot> shots, CatalogueModel model)
    {
        var recipe = new RecipeContent(instruction, shots, Temperature: 0, AnswerTokens(task), model.LeastThinkingLevel, model.LeastThinkingBudget);
        return ThinksAnyway(recipe) ? recipe with { MaxOutputTokens = recipe.MaxOutputTokens + ThinkingRoom } : recipe;
    }

    /// <summary>Twice the longest label is ample; a longer answer is none of them.</summary>
    private static int AnswerTokens(TaskDefinition task) => task.Kind is TaskKind.Classify && task.Labels.Count > 0
        ? Math.Max(32, task.Labels.Max(l => (int)TokenEstimate.Likely(l)) * 2)
        : FreeTextTokens;
}
