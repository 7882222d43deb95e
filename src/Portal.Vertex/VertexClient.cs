using System.Runtime.CompilerServices;
using Google.Apis.Auth.OAuth2;
using Portal.Vertex.Contracts;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <summary>
/// REST v1 of Vertex AI. The host follows the <c>locations/{x}</c> segment of each name. Every failure is a <see cref="VertexException"/>, a
/// malformed name an <see cref="ArgumentException"/>; cancelling a call that changes something leaves its outcome unknown. Source: vertex-ai.md.
/// </summary>
public sealed partial class VertexClient
{
    private const int PageSize = 100;

    private readonly VertexClientOptions _options;
    private readonly VertexTransport _transport;

    /// <param name="http">From <see cref="VertexClientFactory"/>, which puts the retries into it.</param>
    /// <exception cref="ArgumentException">No <paramref name="tokens"/>, but an address outside this machine; or a malformed project or location.</exception>
    public VertexClient(HttpMessageInvoker http, VertexClientOptions options, ITokenAccess? tokens, TimeProvider clock, VertexTransportOptions patience)
    {
        _options = options;
        _transport = new VertexTransport(http, options, tokens, clock, patience);
        Parent = VertexResourceName.Parse($"projects/{options.ProjectId}/locations/{options.Location}").Value;
    }

    /// <summary><c>projects/{p}/locations/{l}</c> of the options.</summary>
    public string Parent { get; }

    /// <summary>Host of a location. Source: vertex-ai.md 1.1.</summary>
    public static string HostOf(string location) => location switch
    {
        "global" => "aiplatform.googleapis.com",
        "us" or "eu" => $"aiplatform.{location}.rep.googleapis.com",
        _ => $"{location}-aiplatform.googleapis.com",
    };

    private Uri Address(string name, string suffix = "")
    {
        var resource = VertexResourceName.Parse(name);
        return _transport.Address(HostOf(resource.Location ?? _options.Location), $"v1/{resource.Value}{suffix}");
    }

    private Task<T> GetAsync<T>(string name, string suffix, CancellationToken cancellationToken)
        where T : class =>
        _transport.SendAsync<T>(HttpMethod.Get, Address(name, suffix), VertexCallKind.Safe, body: null, cancellationToken);

    private Task<T> PostAsync<T>(string name, string suffix, VertexCallKind kind, object body, CancellationToken cancellationToken)
        where T : class =>
        _transport.SendAsync<T>(HttpMethod.Post, Address(name, suffix), kind, body, cancellationToken);

    /// <summary>Follows the pages of a list; <paramref name="page"/> gets a page token and gives the items with the next one.</summary>
    private static async IAsyncEnumerable<T> PagesAsync<T>(
        Func<string, Task<(IReadOnlyList<T> Items, string Next)>> page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = "";
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (items, next) = await page(token);
            foreach (var item in items)
            {
                yield return item;
            }

            if (next.Length > 0 && next == token)
            {
                throw new VertexException(200, VertexErrorStatus.Unknown, "The list repeats a page for ever.");
            }

            token = next;
        }
        while (token.Length > 0);
    }
}
