namespace Portal.Components;

public enum StepState
{
    Waiting,
    Now,
    Working,
    Blocked,
    Done,
}

/// <summary>What the status board says of one step: a state, one line of live fact, and what its button is called.</summary>
public sealed record StepStatus(StepState State, string Fact, string Action = "Open")
{
    public static StepStatus Waits(string reason) => new(StepState.Waiting, reason);
}

/// <summary>One of the six steps. Each slice registers its own; the board asks them in order and knows none of them.</summary>
public interface IProjectStep
{
    int Number { get; }

    string Name { get; }

    /// <summary>Last part of the step's address.</summary>
    string Path { get; }

    Task<StepStatus> ReadAsync(string projectId, CancellationToken ct);
}
