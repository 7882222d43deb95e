namespace Portal.Vertex.Contracts;

/// <summary>Source: vertex-ai.md 1.4; google.rpc.BadRequest.FieldViolation.</summary>
public sealed record VertexFieldViolation
{
    /// <summary>Path in snake_case, e.g. <c>supervised_tuning_spec.training_dataset_uri</c>.</summary>
    public string Field { get; init; } = "";

    public string Description { get; init; } = "";
}
