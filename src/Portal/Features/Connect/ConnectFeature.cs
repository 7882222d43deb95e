using Portal.Vertex;

namespace Portal.Features.Connect;

public static class ConnectFeature
{
    public static void AddConnect(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<ConnectOptions>().BindConfiguration("Connect").ValidateDataAnnotations()
            .Validate(o => o.Kind is not ConnectionKind.Sandbox || Uri.TryCreate(o.SandboxUrl, UriKind.Absolute, out _),
                "Connect:SandboxUrl must be the sandbox's address, or set Connect:Kind to Platform with your Google project.")
            .ValidateOnStart();
        builder.Services.AddVertexClients();
        // How long a call may take and how retries are spaced; the defaults are Google's advice.
        builder.Services.AddOptions<VertexTransportOptions>().BindConfiguration("Connect:Patience");
        builder.Services.AddSingleton(new GoogleAccess()).AddSingleton<VertexSessions>().AddScoped<ConnectService>().AddScoped<ConnectionCheck>();
    }
}
