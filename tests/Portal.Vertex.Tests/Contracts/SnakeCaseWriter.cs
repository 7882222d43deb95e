using System.Text.Json;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Tests.Contracts;

/// <summary>Writes a contract with proto field names, as hand-written requests do.</summary>
internal static class SnakeCaseWriter
{
    public static JsonSerializerOptions Options { get; } = new(VertexJson.Options) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };
}
