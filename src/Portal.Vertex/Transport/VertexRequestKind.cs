namespace Portal.Vertex.Transport;

/// <summary>Carries a call's kind through the handlers.</summary>
internal static class VertexRequestKind
{
    private static readonly HttpRequestOptionsKey<VertexCallKind> s_key = new("Portal.Vertex.CallKind");

    public static void SetKind(this HttpRequestMessage request, VertexCallKind kind) => request.Options.Set(s_key, kind);

    /// <summary>A request of unknown origin is treated as the dearest.</summary>
    public static VertexCallKind GetKind(this HttpRequestMessage request) =>
        request.Options.TryGetValue(s_key, out var kind) ? kind : VertexCallKind.Create;
}
