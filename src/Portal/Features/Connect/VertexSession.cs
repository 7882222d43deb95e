using Portal.Vertex;

namespace Portal.Features.Connect;

/// <summary>The organisation's way to Vertex AI, opened for one piece of work.</summary>
public sealed record VertexSession(
    VertexClient Vertex, VertexStorageClient Storage, string GcpProject, string Location, string Bucket, bool IsSandbox);
