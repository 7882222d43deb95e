using Portal.Features.Model;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>What one call used, counted as the vendor bills it: cached prompt is part of the input, thinking part of the output.</summary>
public sealed record CallUsage(int Input, int Cached, int Output, int Thinking)
{
    public static readonly CallUsage None = new(0, 0, 0, 0);

    /// <summary>The vendor never said its last word, so a part of it is reckoned from the texts.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>As the vendor told it. A zero that it told is a zero.</summary>
    public static CallUsage Of(VertexUsageMetadata usage) => new(
        usage.PromptTokenCount + usage.ToolUsePromptTokenCount, usage.CachedContentTokenCount,
        usage.CandidatesTokenCount + usage.ThoughtsTokenCount, usage.ThoughtsTokenCount);

    /// <summary>
    /// Of an answer that broke off or came without a count: at least what was told on the way, and what the texts come to by the likely
    /// count, never more output than the call allowed.
    /// </summary>
    public static CallUsage Estimate(VertexUsageMetadata? told, VertexGenerateContentRequest asked, long producedBytes)
    {
        var known = told is null ? None : Of(told);
        var output = Math.Min(TokenEstimate.OfBytes(producedBytes), asked.GenerationConfig?.MaxOutputTokens ?? long.MaxValue);
        return known with
        {
            Input = known.Input > 0 ? known.Input : (int)Math.Min(TokenEstimate.OfBytes(BytesOf(asked)), int.MaxValue),
            Output = Math.Max(known.Output, (int)Math.Min(output, int.MaxValue)),
            IsEstimated = true,
        };
    }

    /// <summary>Of what a part says, whichever of its kinds it is.</summary>
    public static long BytesOf(VertexContent? content) => content?.Parts.Sum(part =>
        Bytes(part.Text) + Bytes(part.FunctionCall?.Name) + Bytes(part.FunctionCall?.Args?.GetRawText()) + Bytes(part.FunctionResponse?.Response?.GetRawText())) ?? 0;

    private static long BytesOf(VertexGenerateContentRequest asked) => BytesOf(asked.SystemInstruction) + asked.Contents.Sum(BytesOf);

    private static long Bytes(string? text) => text is null ? 0 : System.Text.Encoding.UTF8.GetByteCount(text);
}
