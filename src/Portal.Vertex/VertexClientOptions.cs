using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <summary>Which Google project a client acts in, and where.</summary>
public sealed record VertexClientOptions
{
    /// <summary>Project id or number.</summary>
    public required string ProjectId { get; init; }

    /// <summary>
    /// Location of short model ids and of what is created or listed: a region, <c>global</c>, <c>us</c> or <c>eu</c>.
    /// A full resource name carries its own.
    /// </summary>
    public required string Location { get; init; }

    /// <summary>Sent as <c>x-goog-user-project</c>; user credentials need it (vertex-ai.md 1.2).</summary>
    public string? QuotaProject { get; init; }

    /// <summary>Replaces every Google host, Cloud Storage's included: the address of a sandbox.</summary>
    public Uri? BaseAddress { get; init; }

    /// <summary>Clients of one group share a retry budget: repetitions stay below a tenth of its calls, and take nothing from another group's.</summary>
    public string RetryGroup { get; init; } = "";

    internal VertexRetryBudget Retries { get; init; } = new();
}
