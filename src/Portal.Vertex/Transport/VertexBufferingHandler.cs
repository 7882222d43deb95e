namespace Portal.Vertex.Transport;

/// <summary>
/// Reads answers to their end inside the retries, so that one that breaks off or never ends counts as a failed attempt.
/// </summary>
internal sealed class VertexBufferingHandler : DelegatingHandler
{
    /// <summary>Far above any answer that is not streamed; a service gone mad must not fill the memory.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode && request.GetKind() is (VertexCallKind.Stream or VertexCallKind.Download))
        {
            return response;
        }

        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
