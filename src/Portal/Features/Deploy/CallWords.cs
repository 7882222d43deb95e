using Portal.Persistence;
using Portal.Vertex.Contracts;

namespace Portal.Features.Deploy;

/// <summary>What was said in a call that was answered, for as long as it takes to look at it: the gateway keeps none of it.</summary>
public sealed record CallWords
{
    /// <summary>As the caller sent it, the recipe's own words aside.</summary>
    public required VertexGenerateContentRequest Asked { get; init; }

    public required string Answer { get; init; }

    public string FinishReason { get; init; } = "";

    /// <summary>A safety filter stopped the question or the answer.</summary>
    public bool IsBlocked { get; init; }

    /// <summary>The mean logarithm of the probability of the answer's tokens, where the model tells it.</summary>
    public double? AverageLogProbability { get; init; }
}

/// <summary>Looks at each answered call as it goes on record. What it writes is saved with the record, or neither is.</summary>
public interface ICallWitness
{
    ValueTask WitnessAsync(PortalDbContext db, CallRecord call, CallWords words);

    /// <summary>Writes what it has to say of those it was shown, in the transaction of their records.</summary>
    Task WriteAsync(PortalDbContext db, CancellationToken ct);

    /// <summary>The calls it was shown are on record: what is not saved with them is done now, and never where they were refused.</summary>
    void Recorded();
}

/// <summary>Takes what somebody thinks of an answer, and knows what becomes of it.</summary>
public interface IAnswerRater
{
    /// <exception cref="PortalException">It cannot be rated.</exception>
    Task RateAsync(string projectId, string responseId, bool isGood, CancellationToken ct);
}
