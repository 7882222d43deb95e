namespace Portal.Vertex.Transport;

/// <summary>Carries a call's kind, and the budget of its repetitions, through the handlers.</summary>
internal static class VertexRequestKind
{
    private static readonly HttpRequestOptionsKey<VertexCallKind> s_key = new("Portal.Vertex.CallKind");

    private static readonly HttpRequestOptionsKey<VertexRetryBudget> s_retries = new("Portal.Vertex.Retries");

    public static void SetKind(this HttpRequestMessage request, VertexCallKind kind) => request.Options.Set(s_key, kind);

    /// <summary>A request of unknown origin is treated as the dearest.</summary>
    public static VertexCallKind GetKind(this HttpRequestMessage request) =>
        request.Options.TryGetValue(s_key, out var kind) ? kind : VertexCallKind.Create;

    public static void SetRetries(this HttpRequestMessage request, VertexRetryBudget retries) => request.Options.Set(s_retries, retries);

    public static bool TrySpendRetry(this HttpRequestMessage request) => request.Options.TryGetValue(s_retries, out var retries) && retries.TrySpend();
}
