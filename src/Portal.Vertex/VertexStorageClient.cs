using System.Net;
using System.Runtime.CompilerServices;
using Google.Apis.Auth.OAuth2;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <summary>JSON API of Cloud Storage. Every failure is a <see cref="VertexException"/>. Source: vertex-ai.md 8.</summary>
public sealed partial class VertexStorageClient
{
    private const string Host = "storage.googleapis.com";

    private readonly VertexClientOptions _options;
    private readonly VertexTransport _transport;

    /// <param name="http">From <see cref="VertexClientFactory"/>, which puts the retries into it.</param>
    /// <exception cref="ArgumentException">No <paramref name="tokens"/>, but an address outside this machine.</exception>
    public VertexStorageClient(HttpMessageInvoker http, VertexClientOptions options, ITokenAccess? tokens, TimeProvider clock, VertexTransportOptions patience)
    {
        _options = options;
        _transport = new VertexTransport(http, options, tokens, clock, patience);
    }

    /// <summary>Makes a bucket in the project; HTTP 409 if anyone in the world has the name.</summary>
    public Task<VertexStorageBucket> CreateBucketAsync(VertexStorageBucket bucket, CancellationToken cancellationToken) =>
        _transport.SendAsync<VertexStorageBucket>(
            HttpMethod.Post,
            Address("storage/v1/b" + VertexQuery.Of(("project", _options.ProjectId))),
            VertexCallKind.Change,
            bucket,
            cancellationToken);

    public Task<VertexStorageBucket> GetBucketAsync(string bucket, CancellationToken cancellationToken) =>
        _transport.SendAsync<VertexStorageBucket>(
            HttpMethod.Get, Address($"storage/v1/b/{Segment(bucket)}"), VertexCallKind.Safe, body: null, cancellationToken);

    /// <summary>False if there was no such bucket; HTTP 409 while it has objects.</summary>
    public async Task<bool> DeleteBucketAsync(string bucket, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _transport.OpenAsync(
                HttpMethod.Delete, Address($"storage/v1/b/{Segment(bucket)}"), VertexCallKind.Safe, body: null, cancellationToken);
            return true;
        }
        catch (VertexException exception) when (exception.HttpStatus == (int)HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    public Task<VertexStorageObject> GetObjectAsync(string bucket, string name, CancellationToken cancellationToken) =>
        _transport.SendAsync<VertexStorageObject>(
            HttpMethod.Get, Address(ObjectPath(bucket, name)), VertexCallKind.Safe, body: null, cancellationToken);

    /// <summary>Objects whose names begin with <paramref name="prefix"/>, by name.</summary>
    public async IAsyncEnumerable<VertexStorageObject> ListObjectsAsync(
        string bucket, string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = "";
        do
        {
            var query = VertexQuery.Of(("prefix", prefix), ("pageToken", token));
            var page = await _transport.SendAsync<VertexStorageObjectList>(
                HttpMethod.Get, Address($"storage/v1/b/{Segment(bucket)}/o{query}"), VertexCallKind.Safe, body: null, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            token = page.NextPageToken;
        }
        while (token.Length > 0);
    }

    /// <summary>False if there was no such object.</summary>
    public async Task<bool> DeleteObjectAsync(string bucket, string name, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _transport.OpenAsync(
                HttpMethod.Delete, Address(ObjectPath(bucket, name)), VertexCallKind.Safe, body: null, cancellationToken);
            return true;
        }
        catch (VertexException exception) when (exception.HttpStatus == (int)HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private Uri Address(string pathAndQuery) => _transport.Address(Host, pathAndQuery);

    private static string ObjectPath(string bucket, string name) => $"storage/v1/b/{Segment(bucket)}/o/{Segment(name)}";

    /// <summary>One path segment. <c>.</c> and <c>..</c>, which an address would swallow, are no names of Cloud Storage either.</summary>
    private static string Segment(string name) =>
        name is "" or "." or ".." ? throw new ArgumentException($"'{name}' is not a name of Cloud Storage.", nameof(name)) : Uri.EscapeDataString(name);
}
