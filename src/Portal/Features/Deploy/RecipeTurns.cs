using Portal.Features.Model;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>Puts the recipe in front of what a caller sends, so that the model is asked as it was when it was measured.</summary>
internal static class RecipeTurns
{
    public static VertexGenerateContentRequest Apply(RecipeContent recipe, VertexGenerateContentRequest asked)
    {
        // The last turn of what the recipe asks is its question, in whose place the caller's turns come.
        var built = recipe.RequestFor("");
        return built with
        {
            SystemInstruction = Join(built.SystemInstruction, asked.SystemInstruction),
            Contents = [.. built.Contents.SkipLast(1), .. TurnsOf(asked)],
            Tools = asked.Tools,
            ToolConfig = asked.ToolConfig,
            SafetySettings = asked.SafetySettings,
            GenerationConfig = Merge(built.GenerationConfig ?? new VertexGenerationConfig(), asked.GenerationConfig),
        };
    }

    /// <summary>A caller's turns as the model is asked them. The last question is put as the recipe puts its own.</summary>
    public static IEnumerable<VertexContent> TurnsOf(VertexGenerateContentRequest asked)
    {
        for (var i = 0; i < asked.Contents.Count - 1; i++)
        {
            yield return WithRole(asked.Contents[i]);
        }

        yield return QuestionOf(asked.Contents) is { } question ? RecipeContent.TurnOf(question) : WithRole(asked.Contents[^1]);

        static VertexContent WithRole(VertexContent turn) => turn.Role is "" ? turn with { Role = VertexContent.UserRole } : turn;
    }

    /// <summary>Null where the last turn is not one plain text of the user's.</summary>
    private static string? QuestionOf(IReadOnlyList<VertexContent> contents) =>
        contents[^1] is { Role: "" or VertexContent.UserRole, Parts: [{ Text: { } text, InlineData: null, Thought: false }] } ? text : null;

    private static VertexContent? Join(VertexContent? own, VertexContent? asked) =>
        own is null || asked is null ? own ?? asked : own with { Parts = [.. own.Parts, .. asked.Parts] };

    /// <summary>A caller may ask for less, or for another form; how long an answer may get and how much is thought stays as it was measured.</summary>
    private static VertexGenerationConfig Merge(VertexGenerationConfig own, VertexGenerationConfig? asked) => asked is null ? own : own with
    {
        Temperature = asked.Temperature ?? own.Temperature,
        TopP = asked.TopP ?? own.TopP,
        TopK = asked.TopK ?? own.TopK,
        Seed = asked.Seed ?? own.Seed,
        PresencePenalty = asked.PresencePenalty ?? own.PresencePenalty,
        FrequencyPenalty = asked.FrequencyPenalty ?? own.FrequencyPenalty,
        StopSequences = asked.StopSequences.Count > 0 ? asked.StopSequences : own.StopSequences,
        ResponseMimeType = asked.ResponseMimeType is "" ? own.ResponseMimeType : asked.ResponseMimeType,
        ResponseSchema = asked.ResponseSchema ?? own.ResponseSchema,
        ResponseJsonSchema = asked.ResponseJsonSchema ?? own.ResponseJsonSchema,
        MediaResolution = asked.MediaResolution is "" ? own.MediaResolution : asked.MediaResolution,
        MaxOutputTokens = own.MaxOutputTokens is { } most ? Math.Min(most, asked.MaxOutputTokens ?? most) : asked.MaxOutputTokens,
    };
}
