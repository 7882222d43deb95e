using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Portal.Hosting;

/// <summary>What stands between the portal and its readers.</summary>
public sealed class PublicEdgeOptions
{
    /// <summary>Addresses or networks (10.0.0.0/8) of proxies that may say for whom they forward. Empty: nobody may.</summary>
    public string[] KnownProxies { get; set; } = [];

    /// <summary>Origins beside the request's own from which a circuit may be opened, such as https://portal.example.</summary>
    public string[] Origins { get; set; } = [];
}

public static class PublicEdge
{
    public static void AddPublicEdge(this WebApplicationBuilder builder)
    {
        var hosts = builder.Configuration["AllowedHosts"];
        builder.Services.AddOptions<PublicEdgeOptions>().BindConfiguration("Edge").ValidateOnStart()
            .Validate(o => o.KnownProxies.All(p => IPNetwork.TryParse(WithPrefix(p), out _)), "Edge:KnownProxies holds something that is no address and no network.")
            .Validate(_ => !builder.Environment.IsProduction() || (!string.IsNullOrWhiteSpace(hosts) && !hosts.Split(';').Contains("*")),
                "Set AllowedHosts to the names this portal is reached by, such as \"portal.example\": a request for any other host is refused.");
    }

    /// <summary>First of all: the address and scheme of the reader, but only from a proxy that was named.</summary>
    public static void UsePublicEdge(this WebApplication app)
    {
        var proxies = app.Services.GetRequiredService<IOptions<PublicEdgeOptions>>().Value.KnownProxies;
        if (proxies.Length is 0)
        {
            return;
        }

        // Not the host: the proxy passes that on as it is, and AllowedHosts has checked it.
        var forwarded = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
        {
            forwarded.KnownIPNetworks.Add(IPNetwork.Parse(WithPrefix(proxy)));
        }

        app.UseForwardedHeaders(forwarded);
    }

    private static string WithPrefix(string proxy) =>
        proxy.Contains('/', StringComparison.Ordinal) ? proxy : $"{proxy}/{(proxy.Contains(':', StringComparison.Ordinal) ? 128 : 32)}";
}
