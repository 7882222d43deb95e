namespace Portal.Sandbox.Faults;

/// <summary>One fault that the sandbox plays on calls of a kind.</summary>
public sealed record FaultOptions
{
    public required CallKind Kind { get; init; }

    /// <summary>Answers with this status instead of doing the work: 429, 500, 503, …</summary>
    public int? Status { get; init; }

    /// <summary>Seconds named in <c>Retry-After</c> and in Google's <c>RetryInfo</c>.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>Keeps the caller waiting this long, then drops the connection without having done anything.</summary>
    public int? HangMilliseconds { get; init; }

    /// <summary>Does the work, then drops the connection before the reply: the caller cannot know.</summary>
    public bool DropReply { get; init; }

    /// <summary>Sends the reply in pieces with this pause between them.</summary>
    public int? DripMilliseconds { get; init; }

    /// <summary>Waits this long, then does everything as usual.</summary>
    public int? LatencyMilliseconds { get; init; }

    /// <summary>Plays on the next so many calls, then is over. Without it the fault stays until it is cleared.</summary>
    public int? Calls { get; init; }

    /// <summary>Share of calls that are hit, 0 to 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Only calls of this HTTP method, for instance a create but not the polling after it.</summary>
    public string? Method { get; init; }
}
