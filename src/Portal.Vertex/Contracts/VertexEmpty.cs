namespace Portal.Vertex.Contracts;

/// <summary><c>{}</c>. Source: google.protobuf.Empty.</summary>
public sealed record VertexEmpty;
