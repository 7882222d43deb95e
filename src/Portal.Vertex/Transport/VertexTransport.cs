using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Google.Apis.Auth.OAuth2;
using Polly.Timeout;
using Portal.Vertex.Contracts;

namespace Portal.Vertex.Transport;

/// <summary>Sends a call with its token and turns every failure into a <see cref="VertexException"/>.</summary>
internal sealed class VertexTransport
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json") { CharSet = "utf-8" };

    private readonly HttpMessageInvoker _http;
    private readonly VertexClientOptions _options;
    private readonly VertexTokens _tokens;

    public VertexTransport(HttpMessageInvoker http, VertexClientOptions options, ITokenAccess? tokens, TimeProvider clock, VertexTransportOptions patience)
    {
        if (tokens is null && options.BaseAddress is not { IsLoopback: true })
        {
            throw new ArgumentException("Only an address on this machine may be called without a credential.", nameof(tokens));
        }

        _http = http;
        _options = options;
        _tokens = new VertexTokens(tokens);
        Clock = clock;
        Patience = patience;
    }

    public TimeProvider Clock { get; }

    public VertexTransportOptions Patience { get; }

    public VertexRetryBudget Retries => _options.Retries;

    /// <summary>The address of a path below the sandbox, if there is one, or below Google's own host.</summary>
    public Uri Address(string googleHost, string pathAndQuery)
    {
        var root = _options.BaseAddress?.AbsoluteUri.TrimEnd('/') ?? $"https://{googleHost}";
        return new Uri($"{root}/{pathAndQuery}");
    }

    /// <summary>Sends and reads the whole answer.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, Uri address, VertexCallKind kind, object? body, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await OpenAsync(method, address, kind, body, cancellationToken);
        try
        {
            // An answer that is not streamed is in memory by now.
            var json = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return JsonSerializer.Deserialize<T>(json.AsSpan(json.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), VertexJson.Options)
                ?? throw new JsonException("The answer is null.");
        }
        catch (JsonException exception)
        {
            throw VertexErrorReader.FromGarbage((int)response.StatusCode, kind, exception);
        }
        catch (Exception exception) when (IsFault(exception, cancellationToken))
        {
            throw VertexErrorReader.FromTransport(exception, kind);
        }
    }

    /// <summary>Sends; the caller disposes the answer, which is a success.</summary>
    /// <param name="body">A contract, its JSON, ready content as <see cref="VertexRawBody"/>, or null.</param>
    public async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, Uri address, VertexCallKind kind, object? body, CancellationToken cancellationToken, Action<HttpRequestHeaders>? headers = null)
    {
        var content = body switch
        {
            null => null,
            VertexRawBody raw => raw,
            byte[] json => new VertexRawBody(json, s_json),
            _ => new VertexRawBody(JsonSerializer.SerializeToUtf8Bytes(body, VertexJson.Options), s_json),
        };
        var token = await _tokens.GetAsync(address, cancellationToken);
        Retries.Earn();
        var response = await SendOnceAsync(token);
        if (response.StatusCode == HttpStatusCode.Unauthorized && await _tokens.RenewAsync(token, address, cancellationToken) is { } renewed && Retries.TrySpend())
        {
            response.Dispose();
            response = await SendOnceAsync(renewed);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await VertexErrorReader.ReadAsync(response, kind, Clock);
        }

        async Task<HttpResponseMessage> SendOnceAsync(string? bearer)
        {
            using var request = Request(method, address, kind, content, bearer);
            headers?.Invoke(request.Headers);
            try
            {
                return await _http.SendAsync(request, cancellationToken);
            }
            catch (Exception exception) when (IsFault(exception, cancellationToken))
            {
                throw VertexErrorReader.FromTransport(exception, kind);
            }
        }
    }

    /// <summary>Whether an exception is the network's, not a bug and not the caller's own cancellation.</summary>
    public static bool IsFault(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or IOException or TimeoutRejectedException
        || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private HttpRequestMessage Request(HttpMethod method, Uri address, VertexCallKind kind, VertexRawBody? body, string? bearer)
    {
        var request = new HttpRequestMessage(method, address) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        request.Headers.TryAddWithoutValidation("User-Agent", "Portal.Vertex/1.0");
        request.SetKind(kind);
        request.SetRetries(Retries);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body.Bytes) { Headers = { ContentType = body.ContentType } };
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        if (_options.QuotaProject is { Length: > 0 } quotaProject)
        {
            request.Headers.Add("x-goog-user-project", quotaProject);
        }

        return request;
    }
}
