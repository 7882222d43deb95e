using Google.Apis.Auth.OAuth2;
using Microsoft.Extensions.DependencyInjection;

namespace Portal.Vertex.Tests.Client;

/// <summary>The clients as they are registered, with another network behind them.</summary>
internal sealed class VertexRig : IDisposable
{
    public static readonly VertexClientOptions Options = new() { ProjectId = "p", Location = "us-central1" };

    private readonly ServiceProvider _services;

    public VertexRig(HttpMessageHandler? network = null, TimeProvider? clock = null, Action<VertexTransportOptions>? configure = null)
    {
        var services = new ServiceCollection();
        if (clock is not null)
        {
            services.AddSingleton(clock);
        }

        var http = services.AddVertexClients(options =>
        {
            options.BaseDelay = TimeSpan.FromMilliseconds(1);
            configure?.Invoke(options);
        });
        if (network is not null)
        {
            http.ConfigurePrimaryHttpMessageHandler(() => network);
        }

        _services = services.BuildServiceProvider();
    }

    public VertexClient Client(VertexClientOptions? options = null, ITokenAccess? tokens = null) =>
        Factory.CreateClient(options ?? Options, tokens ?? GoogleCredential.FromAccessToken("fixed-token"));

    public VertexStorageClient Storage(VertexClientOptions? options = null) =>
        Factory.CreateStorageClient(options ?? Options, GoogleCredential.FromAccessToken("fixed-token"));

    public VertexClientFactory Factory => _services.GetRequiredService<VertexClientFactory>();

    public void Dispose() => _services.Dispose();
}
