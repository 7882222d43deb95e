using Portal.Features.Billing;

namespace Portal.Features.Deploy;

/// <summary>One call as it goes on record: what it was, what it used and at which prices. Of values alone, so that it may wait for its turn among others'.</summary>
public sealed record CallRecord(string TenantId, string ProjectId, string EndpointId, string DeploymentId, string? KeyId, UsageSource Source, string ResponseId)
{
    public required int Status { get; init; }

    public required string Problem { get; init; }

    public required bool IsStreamed { get; init; }

    public required int Milliseconds { get; init; }

    public required CallUsage Usage { get; init; }

    public required long InputPrice { get; init; }

    public required long OutputPrice { get; init; }

    public required DateTime At { get; init; }

    /// <summary>Who tried it out; empty for a program's call.</summary>
    public string ByUserId { get; init; } = "";

    /// <summary>What is held for it at a budget; null where there is none.</summary>
    public CallHold? Hold { get; init; }

    /// <summary>What was said, to be looked at as the call goes on record; null for a call without an answer.</summary>
    public CallWords? Words { get; init; }

    public long AmountMicros => Quote.Price(Usage.Input, InputPrice) + Quote.Price(Usage.Output, OutputPrice);

    public InferenceLog ToLog() => new()
    {
        ProjectId = ProjectId,
        EndpointId = EndpointId,
        DeploymentId = DeploymentId,
        ApiKeyId = KeyId,
        Source = Source,
        ResponseId = ResponseId,
        Status = Status,
        Problem = Problem,
        IsStreamed = IsStreamed,
        Milliseconds = Milliseconds,
        InputTokens = Usage.Input,
        CachedTokens = Usage.Cached,
        OutputTokens = Usage.Output,
        ThinkingTokens = Usage.Thinking,
        IsEstimated = Usage.IsEstimated,
        AmountMicros = AmountMicros,
        At = At,
    };

    /// <summary>What is billed: one fact a meter, each under a key that the call can have but once.</summary>
    public IEnumerable<UsageFact> Facts() =>
    [
        new(ProjectId, Meter.InputTokens, Source, Usage.Input, InputPrice, DeploymentId, $"{ResponseId}:input") { IsEstimated = Usage.IsEstimated, KeyId = KeyId, ByUserId = ByUserId },
        new(ProjectId, Meter.OutputTokens, Source, Usage.Output, OutputPrice, DeploymentId, $"{ResponseId}:output") { IsEstimated = Usage.IsEstimated, KeyId = KeyId, ByUserId = ByUserId },
    ];
}
