using System.Text.Json;
using Portal.Sandbox.Learner;
using Portal.Sandbox.Vertex.Catalog;
using Portal.Vertex.Contracts;

namespace Portal.Sandbox.Vertex.Inference;

/// <summary>One answer, cut to what the caller asked for and counted.</summary>
internal sealed record Generation(string Text, string FinishReason, double AverageLogProbability, VertexUsageMetadata Usage, int Candidates)
{
    /// <summary>Instead of text, where the caller insisted on a call.</summary>
    public VertexFunctionCall? Call { get; init; }

    public static Generation Of(InferenceTarget target, VertexGenerateContentRequest request)
    {
        GenerateRules.Check(target.Model, request);
        var (text, media) = PromptText.Count(
            request.SystemInstruction is null ? request.Contents : [request.SystemInstruction, .. request.Contents], request.Tools);
        if (text + media > PublishedModel.LargestInput)
        {
            throw Refusal.Invalid($"The input token count ({text + media}) exceeds the maximum number of tokens allowed ({PublishedModel.LargestInput}).");
        }

        var answer = RowRequest.Write(request) is { } rows ? new ModelAnswer(rows, 0) : target.Answer(request);
        if (FunctionChoice.Make(answer.Text, request) is { } call)
        {
            var callTokens = Tokenizer.Count(JsonSerializer.Serialize(call, VertexJson.Options));
            return new("", VertexFinishReason.Stop, answer.AverageLogProbability, Count(text, media, callTokens), Candidates: 1) { Call = call };
        }

        var (output, reason) = Cut(Shape(answer.Text, request.GenerationConfig), request.GenerationConfig);
        var candidates = request.GenerationConfig?.CandidateCount ?? 1;
        var outputTokens = Tokenizer.Count(output) * candidates;
        return new(output, reason, answer.AverageLogProbability, Count(text, media, outputTokens), candidates);
    }

    /// <summary>Where JSON was asked for, JSON comes: an answer that is not JSON by itself becomes a JSON string.</summary>
    private static string Shape(string text, VertexGenerationConfig? config)
    {
        var schema = config?.ResponseSchema ?? config?.ResponseJsonSchema;
        if (config?.ResponseMimeType == "text/x.enum" && schema is not null)
        {
            return SchemaFit.EnumValue(text, schema.Value);
        }

        if (config?.ResponseMimeType != "application/json")
        {
            return text;
        }

        if (schema is not null)
        {
            return SchemaFit.Fit(text, schema.Value)?.ToJsonString(VertexJson.Options) ?? "null";
        }

        try
        {
            using var json = JsonDocument.Parse(text);
            return text;
        }
        catch (JsonException)
        {
            return JsonSerializer.Serialize(text, VertexJson.Options);
        }
    }

    private static (string Text, string Reason) Cut(string text, VertexGenerationConfig? config)
    {
        foreach (var stop in config?.StopSequences ?? [])
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            text = at < 0 ? text : text[..at];
        }

        var pieces = Tokenizer.Split(text);
        return config?.MaxOutputTokens is { } most && pieces.Count > most
            ? (string.Concat(pieces.Take(most)), VertexFinishReason.MaxTokens)
            : (text, VertexFinishReason.Stop);
    }

    private static VertexUsageMetadata Count(int text, int media, int output) => new()
    {
        PromptTokenCount = text + media,
        CandidatesTokenCount = output,
        TotalTokenCount = text + media + output,
        TrafficType = "ON_DEMAND",
        PromptTokensDetails = PromptText.Details(text, media),
        CandidatesTokensDetails = PromptText.Details(output, 0),
    };
}
