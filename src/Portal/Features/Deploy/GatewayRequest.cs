using System.Text.RegularExpressions;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// What a caller may ask of an endpoint. The recipe was measured with its own settings, so what would make another model of it
/// (the vendor's own tools, caches) or reach into somebody's storage is refused rather than passed on. Functions are the caller's own
/// and run at the caller's, so they may be declared.
/// </summary>
internal static partial class GatewayRequest
{
    private const int MostFunctions = 128;

    public static void Require(VertexGenerateContentRequest request)
    {
        RequireTurns(request.Contents);
        Refuse(request.CachedContent is not "", "cached_content", "Context caches are not available on this endpoint.");
        RequireFunctions(request.Tools, request.ToolConfig?.FunctionCallingConfig);
        Refuse(request.Labels.Count > 0, "labels", "Labels are not available on this endpoint.");
        Refuse(request.ModelArmorConfig is not null, "model_armor_config", "Model Armor is not available on this endpoint.");
        if (request.SystemInstruction is { } instruction)
        {
            RequireParts(instruction, "system_instruction");
        }

        if (request.GenerationConfig is { } config)
        {
            Refuse(config.CandidateCount is not (null or 1), "generation_config.candidate_count", "This endpoint gives one candidate.");
            Refuse(config.MaxOutputTokens is < 1, "generation_config.max_output_tokens", "max_output_tokens must be at least 1.");
            Refuse(config.ResponseLogprobs is true || config.Logprobs is not null, "generation_config.response_logprobs", "Log probabilities are not available on this endpoint.");
            Refuse(config.ResponseModalities.Any(m => m is not "TEXT"), "generation_config.response_modalities", "This endpoint answers in text.");
            Refuse(config.SpeechConfig is not null || config.ImageConfig is not null || config.RoutingConfig is not null, "generation_config", "Speech, image and routing settings are not available on this endpoint.");
            Refuse(config.Temperature is < 0 or > 2, "generation_config.temperature", "temperature must be between 0 and 2.");
            Refuse(config.TopP is < 0 or > 1, "generation_config.top_p", "top_p must be between 0 and 1.");
            Refuse(config.StopSequences.Count > 5, "generation_config.stop_sequences", "At most 5 stop sequences are possible.");
        }
    }

    public static void RequireTurns(IReadOnlyList<VertexContent> contents)
    {
        Refuse(contents.Count is 0, "contents", "contents is empty: send at least one turn with a text.");
        for (var i = 0; i < contents.Count; i++)
        {
            var field = $"contents[{i}]";
            // A JSON null in the list leaves a null behind, whatever the type says.
            Refuse(contents[i] is null, field, "A turn must not be null.");
            Refuse(contents[i].Role is not ("" or VertexContent.UserRole or VertexContent.ModelRole or "function"), $"{field}.role", "Please use a valid role: user, model.");
            RequireParts(contents[i], field);
        }
    }

    private static void RequireFunctions(IReadOnlyList<VertexTool> tools, VertexFunctionCallingConfig? config)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, tool) in tools.Index())
        {
            Refuse(tool is null, $"tools[{index}]", "A tool must not be null.");
            Refuse(tool!.GoogleSearch is not null || tool.CodeExecution is not null || tool.UrlContext is not null || tool.Retrieval is not null,
                $"tools[{index}]", "Search, code execution, pages and retrieval are not available on this endpoint: what it answers was measured without them. Declare functions of your own.");
            foreach (var function in tool.FunctionDeclarations)
            {
                Refuse(function is null || !FunctionName.IsMatch(function.Name), $"tools[{index}].function_declarations",
                    "A function's name begins with a letter or an underscore and has at most 64 letters, digits, underscores, dots, colons and dashes.");
                Refuse(!names.Add(function!.Name), $"tools[{index}].function_declarations", $"The function {function.Name} is declared twice.");
            }
        }

        Refuse(names.Count > MostFunctions, "tools", $"At most {MostFunctions} functions can be declared.");
        Refuse(config?.Mode is not (null or "" or "MODE_UNSPECIFIED" or "AUTO" or "ANY" or "NONE" or "VALIDATED"),
            "tool_config.function_calling_config.mode", "mode must be AUTO, ANY, NONE or VALIDATED.");
        Refuse(config?.Mode is "ANY" && names.Count is 0, "tool_config.function_calling_config.mode", "Mode ANY needs a declared function.");
        Refuse(config?.AllowedFunctionNames.Any(name => !names.Contains(name)) is true,
            "tool_config.function_calling_config.allowed_function_names", "An allowed function is not among those that are declared.");
    }

    private static void RequireParts(VertexContent content, string field)
    {
        Refuse(content.Parts.Count is 0, $"{field}.parts", "A turn needs at least one part.");
        for (var i = 0; i < content.Parts.Count; i++)
        {
            var part = content.Parts[i];
            var at = $"{field}.parts[{i}]";
            Refuse(part is null, at, "A part must not be null.");
            Refuse(part!.FileData is not null, $"{at}.file_data", "Files are not read from an address here: send the data inline.");
            Refuse(part.Text is null && part.InlineData is null && part.FunctionCall is null && part.FunctionResponse is null,
                at, "A part needs a text, inline data, a function call or a function's response.");
            Refuse(part.FunctionCall is { Name: "" } || part.FunctionResponse is { Name: "" }, at, "A function call and a function's response need the function's name.");
        }
    }

    private static void Refuse(bool refused, string field, string message)
    {
        if (refused)
        {
            throw GatewayException.Invalid(field, message);
        }
    }

    [GeneratedRegex(@"^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}\z", RegexOptions.NonBacktracking)]
    private static partial Regex FunctionName { get; }
}
