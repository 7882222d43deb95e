using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>
/// What a caller may ask of an endpoint. The recipe was measured with its own settings, so what would make another model of it
/// (tools, caches) or reach into somebody's storage is refused rather than passed on.
/// </summary>
internal static class GatewayRequest
{
    public static void Require(VertexGenerateContentRequest request)
    {
        RequireTurns(request.Contents);
        Refuse(request.CachedContent is not "", "cached_content", "Context caches are not available on this endpoint.");
        Refuse(request.Tools.Count > 0 || request.ToolConfig is not null, "tools", "Tools are not available on this endpoint: what it answers was measured without them.");
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
            Refuse(contents[i].Role is not ("" or VertexContent.UserRole or VertexContent.ModelRole), $"{field}.role", "Please use a valid role: user, model.");
            RequireParts(contents[i], field);
        }
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
                at, "A part needs a text or inline data.");
        }
    }

    private static void Refuse(bool refused, string field, string message)
    {
        if (refused)
        {
            throw GatewayException.Invalid(field, message);
        }
    }
}
