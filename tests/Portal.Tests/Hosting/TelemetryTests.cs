using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Portal.Hosting;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Hosting;

public sealed class TelemetryTests
{
    private const string Canary = "canary-4711";

    [Fact]
    public async Task ACall_OfTheGateway_IsTracedWithIds_AndNoneOfItsWords()
    {
        var (activities, metrics) = (new List<Activity>(), new List<MetricSnapshot>());
        string key;
        await using (var rig = await GatewayRig.StartAsync(
            builder =>
            {
                builder.AddTelemetry();
                builder.Services.ConfigureOpenTelemetryTracerProvider(t => t.AddInMemoryExporter(activities));
                builder.Services.ConfigureOpenTelemetryMeterProvider(m => m.AddInMemoryExporter(metrics));
            },
            // Nobody listens there; what is sent is lost and nothing waits for it.
            (Telemetry.EndpointKey, "http://127.0.0.1:9")))
        {
            var live = await rig.GoLiveAsync("org_a", "intents");
            key = live.Key;
            using (await rig.PostAsync($"{live.Generate}?key={key}", null, $$"""{"contents":[{"role":"user","parts":[{"text":"{{Canary}}"}]}]}"""))
            using (await rig.PostAsync($"/v1/responses/{Canary}/feedback", key, $$"""{"comment":"{{Canary}}"}"""))
            {
            }

            rig.Flush();
        }

        // The exporters hear the whole process, other tests' calls too, and fill plain lists: they are read once the host has let go of them.
        var told = activities.SelectMany(a => a.TagObjects.Select(t => $"{t.Key}={t.Value}").Concat(a.Events.Select(e => e.Name + string.Join(' ', e.Tags))).Append(a.DisplayName).Append(a.StatusDescription ?? "")).ToList();
        told.AddRange(metrics.SelectMany(m => m.MetricPoints).SelectMany(TagsOf));

        Assert.Contains(activities, a => a.Source.Name == PortalTelemetry.Name && a.OperationName is "gateway");
        Assert.Contains("portal.tenantId=org_a", told);
        Assert.Contains(metrics, m => m.Name is "portal.gateway.call.duration");
        Assert.DoesNotContain(told, t => t.Contains(Canary, StringComparison.Ordinal) || t.Contains(key, StringComparison.Ordinal));
    }

    private static IEnumerable<string> TagsOf(MetricPoint point)
    {
        List<string> tags = [];
        foreach (var tag in point.Tags)
        {
            tags.Add($"{tag.Key}={tag.Value}");
        }

        return tags;
    }
}
