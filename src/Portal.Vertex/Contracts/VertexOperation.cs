using System.Text.Json;

namespace Portal.Vertex.Contracts;

/// <summary>
/// A long-running operation: while <see cref="Done"/> is false it has neither <see cref="Error"/> nor <see cref="Response"/>, then exactly one.
/// Source: vertex-ai.md 6.3; google.longrunning.Operation.
/// </summary>
public sealed record VertexOperation
{
    /// <summary>May be nested below the resource: <c>.../endpoints/{e}/operations/{o}</c>.</summary>
    public string Name { get; init; } = "";

    public VertexOperationMetadata? Metadata { get; init; }

    public bool Done { get; init; }

    public VertexStatus? Error { get; init; }

    /// <summary>An object with <c>@type</c>.</summary>
    public JsonElement? Response { get; init; }
}
