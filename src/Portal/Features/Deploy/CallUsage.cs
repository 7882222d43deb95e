using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>What one call used, counted as the vendor bills it: cached prompt is part of the input, thinking part of the output.</summary>
public sealed record CallUsage(int Input, int Cached, int Output, int Thinking)
{
    public static CallUsage Of(VertexUsageMetadata? usage) => usage is null ? new(0, 0, 0, 0) : new(
        usage.PromptTokenCount + usage.ToolUsePromptTokenCount, usage.CachedContentTokenCount,
        usage.CandidatesTokenCount + usage.ThoughtsTokenCount, usage.ThoughtsTokenCount);

    public long PriceAt(TokenPrices prices) => Quote.Price(Input, prices.Input) + Quote.Price(Output, prices.Output);
}
