using System.Text.Json;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Vertex.Contracts;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class RecipeTests
{
    private static readonly CatalogueModel s_flash = CatalogueService.Embedded().Single(m => m.Id == "gemini-3.5-flash").ToModel();
    private static readonly CatalogueModel s_pro = CatalogueService.Embedded().Single(m => m.Id == "gemini-3.1-pro-preview").ToModel();

    [Fact]
    public void RequestFor_FewShot_IsTheGoldenRequest()
    {
        var recipe = Recipe.Of("prj_1", Prompting.FewShot(Task(["refund", "lost card"]), [new Shot("Give it back", "refund"), new Shot("It is gone", "lost card")], s_flash), DateTime.UnixEpoch);

        AssertJson(
            """
            {
              "systemInstruction": {"parts": [{"text": "Route it.\n\nAnswer with exactly one of these labels:\n- refund\n- lost card\nAnswer with the label only."}]},
              "contents": [
                {"role": "user", "parts": [{"text": "Give it back"}]}, {"role": "model", "parts": [{"text": "refund"}]},
                {"role": "user", "parts": [{"text": "It is gone"}]}, {"role": "model", "parts": [{"text": "lost card"}]},
                {"role": "user", "parts": [{"text": "Where is my card?"}]}
              ],
              "generationConfig": {"temperature": 0, "maxOutputTokens": 32, "thinkingConfig": {"thinkingLevel": "MINIMAL"}}
            }
            """,
            recipe.RequestFor("Where is my card?"));
    }

    [Fact]
    public void RequestFor_Tuned_HasTheInstructionOfTheTrainingLinesAlone()
    {
        var task = Task(["refund", "lost card"]);
        var recipe = Recipe.Of("prj_1", Prompting.Tuned(task, Recipe.ShortInstruction(task), s_flash), DateTime.UnixEpoch);

        AssertJson(
            """
            {
              "systemInstruction": {"parts": [{"text": "Route it."}]},
              "contents": [{"role": "user", "parts": [{"text": "x"}]}],
              "generationConfig": {"temperature": 0, "maxOutputTokens": 32, "thinkingConfig": {"thinkingLevel": "MINIMAL"}}
            }
            """,
            recipe.RequestFor("x"));
    }

    [Fact]
    public void RequestFor_ModelThatAlwaysThinks_LeavesRoomForItsThoughts()
    {
        var config = Recipe.Of("prj_1", Prompting.PromptOnly(Task(["a"]), s_pro), DateTime.UnixEpoch).RequestFor("x").GenerationConfig;

        Assert.Equal(("LOW", 32 + 1_024), (config?.ThinkingConfig?.ThinkingLevel, config?.MaxOutputTokens));
    }

    [Fact]
    public void HashOf_AnyChange_IsAnotherRecipe()
    {
        var content = Prompting.PromptOnly(Task(["a", "b"]), s_flash);
        RecipeContent[] all =
        [
            content, content with { Instruction = "Route it!" }, content with { Shots = [new Shot("x", "a")] }, content with { Shots = [new Shot("x", "b")] },
            content with { Temperature = 1 }, content with { MaxOutputTokens = 33 }, content with { ThinkingLevel = "LOW" }, content with { ThinkingBudget = 0 },
        ];

        Assert.Equal(all.Length, all.Select(Recipe.HashOf).Distinct().Count());
        Assert.Equal(Recipe.HashOf(content), Recipe.HashOf(Recipe.Of("prj_2", content, DateTime.UnixEpoch).Content));
    }

    [Fact]
    public void WithLabels_FreeText_NamesNone() => Assert.Equal("Route it.", Prompting.WithLabels(Task([], TaskKind.Generate)));

    [Fact]
    public void Pick_Labels_TakesTwoOfEachWithoutLookingAtTheOrder()
    {
        var rows = Enumerable.Range(1, 60).Select(i => Row(i, $"message {i}", "abc"[i % 3].ToString())).ToList();

        var shots = Pick(Task(["a", "b", "c"]), rows);

        Assert.Equal([("a", 2), ("b", 2), ("c", 2)], shots.GroupBy(s => s.Output).Select(g => (g.Key, g.Count())).Order());
        Assert.Equal(shots, Pick(Task(["a", "b", "c"]), rows.AsEnumerable().Reverse()));
        Assert.All(shots, s => Assert.Contains(rows, r => r.Input == s.Input && r.Output == s.Output));
    }

    [Fact]
    public void Pick_ManyLongRows_StaysWithinTheBudgetAndCoversEachLabelOnceFirst()
    {
        var labels = Enumerable.Range(0, 20).Select(i => $"label {i}").ToList();
        var rows = Enumerable.Range(0, 200).Select(i => Row(i + 1, $"{i} " + new string('x', 1_200), labels[i % 20]));

        var shots = Pick(Task(labels), rows);

        Assert.InRange(shots.Sum(s => TokenEstimate.Likely(s.Input) + TokenEstimate.Likely(s.Output)), 6_000, ShotPicker.TokenBudget);
        Assert.Equal(20, shots.Select(s => s.Output).Distinct().Count());
    }

    [Fact]
    public void Pick_LabelOutsideTheTask_IsLeftOutAndSpellingsFollowTheTask()
    {
        var shots = Pick(Task(["Refund"]), [Row(1, "give it back", " refund "), Row(2, "hello", "greeting")]);

        Assert.Equal([new Shot("give it back", "Refund")], shots);
    }

    [Fact]
    public void Pick_FreeText_TakesFiveThatDiffer()
    {
        var rows = Enumerable.Range(1, 40).Select(i => Row(i, $"the same few words again {i}", "x"))
            .Concat([Row(41, "completely other content", "y"), Row(42, "nothing shared with any", "z")]);

        var shots = Pick(Task([], TaskKind.Generate), rows);

        Assert.Equal(5, shots.Count);
        Assert.Contains(shots, s => s.Output is "y");
        Assert.Contains(shots, s => s.Output is "z");
    }

    [Theory]
    [InlineData(Split.Validation)]
    [InlineData(Split.Test)]
    public void Offer_RowThatIsMeasuredOn_IsRefused(Split split) =>
        Assert.Throws<ArgumentException>(() => new ShotPicker(Task(["a"])).Offer(new VersionExample(1, "x", "a", split)));

    private static IReadOnlyList<Shot> Pick(TaskDefinition task, IEnumerable<VersionExample> rows)
    {
        var picker = new ShotPicker(task);
        foreach (var row in rows)
        {
            picker.Offer(row);
        }

        return picker.Pick();
    }

    private static VersionExample Row(int number, string input, string output) => new(number, input, output, Split.Train);

    private static TaskDefinition Task(IReadOnlyList<string> labels, TaskKind kind = TaskKind.Classify)
    {
        var task = new TaskDefinition { ProjectId = "prj_1", Instruction = " Route it. ", Kind = kind };
        task.SetLabels(labels);
        return task;
    }

    private static void AssertJson(string golden, VertexGenerateContentRequest request)
    {
        using var expected = JsonDocument.Parse(golden);
        var actual = JsonSerializer.SerializeToElement(request, VertexJson.Options);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual), actual.ToString());
    }
}
