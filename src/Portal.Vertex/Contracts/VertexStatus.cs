namespace Portal.Vertex.Contracts;

/// <summary>
/// Why a job or an operation failed. <see cref="Code"/> is a gRPC number: 1 CANCELLED, 3 INVALID_ARGUMENT, 7 PERMISSION_DENIED,
/// 8 RESOURCE_EXHAUSTED, 9 FAILED_PRECONDITION, 13 INTERNAL. Source: vertex-ai.md 1.4; google.rpc.Status.
/// </summary>
public sealed record VertexStatus
{
    public int Code { get; init; }

    public string Message { get; init; } = "";

    public IReadOnlyList<VertexErrorDetail> Details { get; init; } = [];
}
