using System.Net.Http.Headers;

namespace Portal.Vertex.Transport;

/// <summary>A request body in memory, so that each attempt can send it anew.</summary>
internal sealed record VertexRawBody(byte[] Bytes, MediaTypeHeaderValue ContentType);
