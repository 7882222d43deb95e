namespace Portal.Features.Tune;

/// <summary>How a tuning stands at Google, in the portal's words.</summary>
public sealed record VendorJob
{
    public required string Name { get; init; }

    /// <summary>Google's own word for it, kept verbatim.</summary>
    public required string State { get; init; }

    public required VendorPhase Phase { get; init; }

    public string Experiment { get; init; } = "";

    /// <summary>Billable tokens of one pass; 0 until Google has read the rows.</summary>
    public long TokensPerPass { get; init; }

    /// <summary>The epochs it trains for, chosen or given; 0 while unknown.</summary>
    public int Epochs { get; init; }

    public long Steps { get; init; }

    public string Model { get; init; } = "";

    public string Endpoint { get; init; } = "";

    public IReadOnlyList<VendorCheckpoint> Checkpoints { get; init; } = [];

    public DateTime? TrainingStartedAt { get; init; }

    /// <summary>gRPC number of the error; 0 without one.</summary>
    public int ErrorCode { get; init; }

    public string Error { get; init; } = "";
}

public enum VendorPhase
{
    Waiting,
    Running,
    Cancelling,
    Succeeded,
    Failed,
    Cancelled,
}

public sealed record VendorCheckpoint(string Id, long Epoch, long Step, string Endpoint);
