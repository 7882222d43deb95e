using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Portal.Vertex.Transport;

namespace Portal.Vertex;

/// <summary>Registration of the clients.</summary>
public static class VertexServiceCollectionExtensions
{
    /// <summary>Adds <see cref="VertexClientFactory"/> with its retries; the builder returned lets a test put its own handler at the end.</summary>
    public static IHttpClientBuilder AddVertexClients(this IServiceCollection services, Action<VertexTransportOptions>? configure = null)
    {
        services.AddOptions<VertexTransportOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<VertexClientFactory>();

        var client = services
            .AddHttpClient(VertexClientFactory.HttpClientName)
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                // A redirect would carry the token to an address nobody checked.
                AllowAutoRedirect = false,
                UseCookies = false,
                EnableMultipleHttp2Connections = true,
                ConnectTimeout = TimeSpan.FromSeconds(10),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        client.AddHttpMessageHandler(provider => new VertexRetryHandler(
            provider.GetRequiredService<IOptions<VertexTransportOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        return client;
    }
}
