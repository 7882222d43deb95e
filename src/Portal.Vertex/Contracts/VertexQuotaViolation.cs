namespace Portal.Vertex.Contracts;

/// <summary>Source: google.rpc.QuotaFailure.Violation.</summary>
public sealed record VertexQuotaViolation
{
    public string Subject { get; init; } = "";

    public string Description { get; init; } = "";
}
