using Portal.Sandbox.Vertex.Catalog;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>What Google refuses in a request to generate.</summary>
internal static class GenerateRules
{
    private static readonly string[] s_mimeTypes = ["", "text/plain", "application/json", "text/x.enum"];
    private static readonly string[] s_thinkingLevels = ["", "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"];
    private static readonly string[] s_callingModes = ["", "MODE_UNSPECIFIED", "AUTO", "ANY", "NONE", "VALIDATED"];

    public static void Check(PublishedModel model, VertexGenerateContentRequest request)
    {
        Contents(request.Contents, request.SystemInstruction);
        if (Labels.Fault(request.Labels, Labels.LongestOnRequest) is { } fault)
        {
            throw Refusal.Invalid(fault);
        }

        Require(request.CachedContent.Length == 0, $"The cached content \"{request.CachedContent}\" does not exist.");
        Require(s_callingModes.Contains(request.ToolConfig?.FunctionCallingConfig?.Mode ?? ""), "Invalid value at 'tool_config.function_calling_config.mode'.");
        if (request.GenerationConfig is { } config)
        {
            Sampling(config);
            Output(config);
            Thinking(model, config.ThinkingConfig);
        }
    }

    public static void Contents(IReadOnlyList<VertexContent> contents, VertexContent? system)
    {
        Require(contents.Count > 0, "Unable to submit request because at least one contents field is required.");
        foreach (var content in contents)
        {
            Require(
                content.Role is "user" or "model" or "function" || (content.Role.Length == 0 && contents.Count == 1),
                "Please use a valid role: user, model.");
            Parts(content);
        }

        if (system is not null)
        {
            Parts(system);
        }
    }

    private static void Parts(VertexContent content)
    {
        Require(content.Parts.Count > 0, "Unable to submit request because it must include at least one parts field, which describes the prompt input.");
        foreach (var part in content.Parts)
        {
            var kinds = new object?[] { part.Text, part.InlineData, part.FileData, part.FunctionCall, part.FunctionResponse, part.ExecutableCode, part.CodeExecutionResult }
                .Count(kind => kind is not null);
            Require(kinds == 1, "Unable to submit request because a part must have exactly one initialized field of its data.");
            Require(part.InlineData is not { MimeType.Length: 0 } and not { Data.Length: 0 }, "Unable to submit request because inlineData needs a mimeType and data.");
            Require(part.InlineData is null || System.Buffers.Text.Base64.IsValid(part.InlineData.Data), "Invalid value at 'contents.parts.inline_data.data' (TYPE_BYTES), Base64 decoding failed.");
        }
    }

    private static void Sampling(VertexGenerationConfig config)
    {
        Range("temperature", config.Temperature, 0, 2, "[0.0, 2.0]");
        Range("topP", config.TopP, 0, 1, "[0.0, 1.0]");
        Range("topK", config.TopK, 1, double.MaxValue, "positive");
        Range("candidateCount", config.CandidateCount, 1, 8, "1 (inclusive) to 9 (exclusive)");
        Range("presencePenalty", config.PresencePenalty, -2, double.BitDecrement(2), "[-2.0, 2.0)");
        Range("frequencyPenalty", config.FrequencyPenalty, -2, double.BitDecrement(2), "[-2.0, 2.0)");
        Range("logprobs", config.Logprobs, 1, 20, "1 to 20");
        Require(config.Logprobs is null || config.ResponseLogprobs == true, "logprobs requires responseLogprobs to be true.");
    }

    private static void Output(VertexGenerationConfig config)
    {
        Range("maxOutputTokens", config.MaxOutputTokens, 1, PublishedModel.LargestOutput, $"1 (inclusive) to {PublishedModel.LargestOutput + 1} (exclusive)");
        Require(config.StopSequences.Count <= 5 && config.StopSequences.All(stop => stop.Length > 0), "At most 5 non-empty stop sequences are allowed.");
        Require(
            s_mimeTypes.Contains(config.ResponseMimeType),
            $"Unable to submit request because response mime type \"{config.ResponseMimeType}\" is not supported. Allowed: text/plain, application/json, text/x.enum.");
        var hasSchema = config.ResponseSchema is not null || config.ResponseJsonSchema is not null;
        Require(
            !hasSchema || config.ResponseMimeType is "application/json" or "text/x.enum",
            "A response schema requires the response mime type application/json or text/x.enum.");
        Require(config.ResponseSchema is null || config.ResponseJsonSchema is null, "Only one of responseSchema and responseJsonSchema may be set.");
    }

    private static void Thinking(PublishedModel model, VertexThinkingConfig? thinking)
    {
        if (thinking is null)
        {
            return;
        }

        Require(s_thinkingLevels.Contains(thinking.ThinkingLevel), "Invalid value at 'generation_config.thinking_config.thinking_level'.");
        Require(thinking.ThinkingBudget is null || thinking.ThinkingLevel.Length == 0, "You can only set one of thinking budget and thinking level.");
        Require(thinking.ThinkingBudget is null or >= -1 and <= 32_768, "The thinking budget must be between -1 and 32768.");
        Require(!model.AlwaysThinks || thinking.ThinkingLevel != "MINIMAL", $"Thinking level MINIMAL is not supported for {model.Id}.");
    }

    private static void Range(string field, double? value, double least, double most, string allowed) => Require(
        value is null || (value >= least && value <= most),
        $"Unable to submit request because it has a {field} value of {value} but the supported range is {allowed}. Update the value and try again.");

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw Refusal.Invalid(otherwise);
        }
    }
}
