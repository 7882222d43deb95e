using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <content>Inference. Source: vertex-ai.md 5.</content>
public sealed partial class VertexClient
{
    private const string Generate = ":generateContent";
    private const string Stream = ":streamGenerateContent?alt=sse";

    /// <summary>Models that are asked again and again: to check a name and parse an address takes longer than to look it up.</summary>
    private const int MostAddresses = 1_000;

    private readonly ConcurrentDictionary<(string Model, string Method), Uri> _addresses = new();

    /// <summary>
    /// Name for inference: a short id such as <c>gemini-3.5-flash</c> becomes the publisher's model in <see cref="Parent"/>, <c>publishers/..</c>
    /// and <c>endpoints/{id}</c> get the parent in front, full names stay.
    /// </summary>
    public string ResolveModel(string modelOrEndpointName)
    {
        var full = modelOrEndpointName switch
        {
            _ when !modelOrEndpointName.Contains('/') => $"{Parent}/publishers/google/models/{modelOrEndpointName}",
            _ when modelOrEndpointName.StartsWith("publishers/", StringComparison.Ordinal) => $"{Parent}/{modelOrEndpointName}",
            _ when modelOrEndpointName.StartsWith("endpoints/", StringComparison.Ordinal) => $"{Parent}/{modelOrEndpointName}",
            _ => modelOrEndpointName,
        };
        return VertexResourceName.Parse(full).Value;
    }

    /// <summary>One answer. Retried at most twice. A blocked prompt is no failure: see <see cref="VertexGenerateContentResponse.PromptFeedback"/>.</summary>
    /// <param name="modelOrEndpointName">See <see cref="ResolveModel"/>; a tuned model or checkpoint is addressed by its endpoint.</param>
    public Task<VertexGenerateContentResponse> GenerateContentAsync(
        string modelOrEndpointName, VertexGenerateContentRequest request, CancellationToken cancellationToken) =>
        GenerateContentOfJsonAsync(modelOrEndpointName, request.ToJson(), cancellationToken);

    /// <inheritdoc cref="GenerateContentAsync(string, VertexGenerateContentRequest, CancellationToken)"/>
    /// <param name="request">As <see cref="VertexGenerateContentRequest.ToJson"/> has made it.</param>
    public Task<VertexGenerateContentResponse> GenerateContentOfJsonAsync(string modelOrEndpointName, byte[] request, CancellationToken cancellationToken) =>
        _transport.SendAsync<VertexGenerateContentResponse>(HttpMethod.Post, AddressOf(modelOrEndpointName, Generate), VertexCallKind.Inference, request, cancellationToken);

    /// <summary>
    /// The answer in chunks; the last one carries the finish reason and the whole usage. Retried at most twice, and never after the first byte: an
    /// error inside the stream, one that breaks off or falls silent, and one without a finish reason are a <see cref="VertexException"/>.
    /// </summary>
    public IAsyncEnumerable<VertexGenerateContentResponse> StreamGenerateContentAsync(
        string modelOrEndpointName, VertexGenerateContentRequest request, CancellationToken cancellationToken) =>
        StreamGenerateContentOfJsonAsync(modelOrEndpointName, request.ToJson(), cancellationToken);

    /// <inheritdoc cref="StreamGenerateContentAsync(string, VertexGenerateContentRequest, CancellationToken)"/>
    /// <param name="request">As <see cref="VertexGenerateContentRequest.ToJson"/> has made it.</param>
    public async IAsyncEnumerable<VertexGenerateContentResponse> StreamGenerateContentOfJsonAsync(
        string modelOrEndpointName, byte[] request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await _transport.OpenAsync(HttpMethod.Post, AddressOf(modelOrEndpointName, Stream), VertexCallKind.Stream, request, cancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var reader = new VertexIdleReader(body, _transport, VertexCallKind.Stream, cancellationToken);
        var parser = new VertexEventParser();
        var buffer = new byte[16 * 1024];
        var finished = false;

        while (await reader.ReadAsync(buffer) is > 0 and var read)
        {
            foreach (var data in parser.Feed(buffer.AsSpan(0, read)))
            {
                var chunk = ReadChunk(data);
                finished |= chunk.PromptFeedback is not null || chunk.Candidates.Any(candidate => candidate.FinishReason.Length > 0);
                yield return chunk;
            }
        }

        if (parser.HasPartialEvent || !finished)
        {
            throw VertexErrorReader.FromTransport(new IOException("the stream ended before the answer did."), VertexCallKind.Stream);
        }
    }

    /// <summary>Tokens of a prompt; free of charge.</summary>
    public Task<VertexCountTokensResponse> CountTokensAsync(
        string modelOrEndpointName, VertexCountTokensRequest request, CancellationToken cancellationToken) =>
        PostAsync<VertexCountTokensResponse>(ResolveModel(modelOrEndpointName), ":countTokens", VertexCallKind.Inference, request, cancellationToken);

    private Uri AddressOf(string modelOrEndpointName, string method)
    {
        if (_addresses.TryGetValue((modelOrEndpointName, method), out var known))
        {
            return known;
        }

        var address = Address(ResolveModel(modelOrEndpointName), method);
        if (_addresses.Count >= MostAddresses)
        {
            _addresses.Clear();
        }

        return _addresses[(modelOrEndpointName, method)] = address;
    }

    private static VertexGenerateContentResponse ReadChunk(byte[] data)
    {
        if (VertexErrorReader.Parse(data) is { } error)
        {
            throw VertexErrorReader.FromStream(error);
        }

        try
        {
            return JsonSerializer.Deserialize<VertexGenerateContentResponse>(data, VertexJson.Options) ?? throw new JsonException("The chunk is null.");
        }
        catch (JsonException exception)
        {
            throw VertexErrorReader.FromGarbage(200, VertexCallKind.Stream, exception);
        }
    }
}
