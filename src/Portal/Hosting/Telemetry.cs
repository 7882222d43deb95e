using System.Diagnostics;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Portal.Vertex;

namespace Portal.Hosting;

/// <summary>Traces and metrics by OpenTelemetry's protocol, once OTEL_EXPORTER_OTLP_ENDPOINT says where to. Without it nothing is gathered.</summary>
public static class Telemetry
{
    public const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string Requests = "Microsoft.AspNetCore.Hosting.Diagnostics";

    /// <summary>
    /// What instrumentations write that may hold a tenant's text, a person's address or a secret: paths carry invitations, queries carry
    /// keys, and a vendor's address carries buckets and upload sessions.
    /// </summary>
    private static readonly string[] s_telling =
        ["url.path", "url.query", "url.full", "http.url", "http.target", "user_agent.original", "client.address", "client.port", "network.peer.address", "exception.message", "exception.stacktrace"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrWhiteSpace(builder.Configuration[EndpointKey]))
        {
            // Whoever could log requests makes an activity of each, and one of each call to a vendor below it.
            if (builder.Configuration[$"Logging:LogLevel:{Requests}"] is null)
            {
                builder.Logging.AddFilter(Requests, LogLevel.None);
            }

            return;
        }

        builder.Services.AddOpenTelemetry()
            .WithTracing(tracing => tracing.AddSource(PortalTelemetry.Name)
                .AddAspNetCoreInstrumentation(web => web.EnrichWithHttpResponse = (activity, _) => Silence(activity))
                .AddHttpClientInstrumentation(http =>
                {
                    http.EnrichWithHttpRequestMessage = (activity, _) => Silence(activity);
                    http.EnrichWithHttpResponseMessage = (activity, _) => Silence(activity);
                })
                .AddProcessor(new SilentTags())
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics.AddMeter(PortalTelemetry.Name, VertexTelemetry.Name)
                .AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation()
                .AddOtlpExporter());
    }

    private static void Silence(Activity activity)
    {
        foreach (var tag in s_telling)
        {
            activity.SetTag(tag, null);
        }
    }

    /// <summary>Once more at the end, whoever wrote a tag in between.</summary>
    private sealed class SilentTags : OpenTelemetry.BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data) => Silence(data);
    }
}
