namespace Portal.Vertex;

/// <summary>Patience of the clients (vertex-ai.md 1.4): how long a call may take and how retries are spaced.</summary>
public sealed class VertexTransportOptions
{
    /// <summary>Before the first retry; doubled for each further one, with jitter.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest pause. If the service asks for more, the call fails at once and says so in <see cref="VertexException.RetryAfter"/>.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>One attempt of a call that is no inference, body included.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>One attempt of an inference call; of a streamed one, until its headers.</summary>
    public TimeSpan InferenceTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>One chunk of an upload.</summary>
    public TimeSpan ChunkTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Longest silence inside a stream or a download.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(2);
}
