using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;

namespace Portal.Benchmarks.Gateway;

/// <summary>What a call passes on its way, each a process of its own, so that none measures with another's processor time.</summary>
internal static class Stations
{
    public const string Command = "station";

    private static readonly byte[] s_whole = Encoding.UTF8.GetBytes(
        """{"candidates":[{"content":{"role":"model","parts":[{"text":"billing"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":21,"candidatesTokenCount":2,"totalTokenCount":23},"modelVersion":"gemini-x","responseId":"theirs"}""");

    private static readonly byte[] s_first = Encoding.UTF8.GetBytes(
        "data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"bil\"}]}}],\"modelVersion\":\"gemini-x\",\"responseId\":\"theirs\"}\r\n\r\n");

    private static readonly byte[] s_last = [.. "data: "u8, .. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(s_whole).Replace("billing", "ling", StringComparison.Ordinal)), .. "\r\n\r\n"u8];

    /// <summary>In the process that <see cref="Start"/> began.</summary>
    public static Task RunAsync(string[] args) => args switch
    {
        ["vendor", var url, var mode] => RunVendorAsync(url, isHeldOpen: mode is "open"),
        ["proxy", var url, var vendor] => RunProxyAsync(url, vendor),
        _ => throw new ArgumentException($"There is no station \"{string.Join(' ', args)}\".", nameof(args)),
    };

    public static string FreeAddress()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
    }

    /// <summary>This program again, as one of the stations.</summary>
    public static Process Start(params string[] args) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Portal.Benchmarks.dll"), Command, .. args]))
        ?? throw new InvalidOperationException("A station did not start.");

    /// <summary>Answers at once, as Vertex AI does: whole, or in two chunks, of which the second waits for a call to /end where answers are held open.</summary>
    private static async Task RunVendorAsync(string url, bool isHeldOpen)
    {
        await using var app = Builder(url).Build();
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        app.Run(async http =>
        {
            if (http.Request.Path == "/end")
            {
                Interlocked.Exchange(ref end, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                return;
            }

            await http.Request.Body.CopyToAsync(Stream.Null);
            if (http.Request.Path.Value!.EndsWith(":streamGenerateContent", StringComparison.Ordinal))
            {
                http.Response.ContentType = "text/event-stream";
                await http.Response.Body.WriteAsync(s_first);
                await http.Response.Body.FlushAsync();
                await (isHeldOpen ? Volatile.Read(ref end).Task : Task.CompletedTask);
                await http.Response.Body.WriteAsync(s_last);
                return;
            }

            http.Response.ContentType = "application/json";
            http.Response.ContentLength = s_whole.Length;
            await http.Response.Body.WriteAsync(s_whole);
        });
        await app.RunAsync();
    }

    private static async Task RunProxyAsync(string url, string vendor)
    {
        var builder = Builder(url);
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "vendor", Match = new RouteMatch { Path = "{**path}" } }],
            [new ClusterConfig { ClusterId = "vendor", Destinations = new Dictionary<string, DestinationConfig> { ["only"] = new() { Address = vendor } } }]);
        await using var app = builder.Build();
        app.MapReverseProxy();
        await app.RunAsync();
    }

    private static WebApplicationBuilder Builder(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(url);
        builder.Logging.ClearProviders();
        return builder;
    }
}
