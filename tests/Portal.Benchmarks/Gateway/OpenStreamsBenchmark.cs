using System.Diagnostics;
using System.Text;

namespace Portal.Benchmarks.Gateway;

/// <summary>
/// Two thousand answers that are open at the same time, each with one chunk read and the rest to come: what they take of the portal's memory,
/// beside what they take of a bare YARP's. The promise is 200 MB at most.
/// </summary>
internal sealed class OpenStreamsBenchmark : GatewayStand
{
    private const int Streams = 2_000;

    private readonly List<(string Who, double Megabytes)> _memory = [];

    public override string Name => "open-streams";

    public override string Unit => "streams";

    public override string Against => "a bare YARP";

    protected override bool IsHeldOpen => true;

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(base.Settings) { ["Deploy__MostCallsAtOnce"] = "4000" };

    public override async Task<long> WorkAsync() => await OpenAsync("the gateway", PortalAddress, Gateway);

    public override async Task<long> PlainAsync() => await OpenAsync("YARP", ProxyAddress, Yarp);

    public override async ValueTask DisposeAsync()
    {
        foreach (var (who, megabytes) in _memory)
        {
            Console.WriteLine($"  {who,-12} {Streams:N0} open streams: {megabytes:+0;-0} MB");
        }

        await base.DisposeAsync();
    }

    private async Task<long> OpenAsync(string who, string address, Process? server)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Streams + 1 }) { Timeout = TimeSpan.FromMinutes(3) };
        http.DefaultRequestHeaders.Add("x-goog-api-key", Keys.Values.Single());
        var before = Megabytes(server);
        // A hundred at a time ask, as callers come; all stay.
        var open = new List<StreamReader>();
        foreach (var group in Enumerable.Range(0, Streams).Chunk(100))
        {
            open.AddRange(await Task.WhenAll(group.Select(_ => BeginAsync(http, address))));
        }

        _memory.Add((who, Megabytes(server) - before));
        (await http.GetAsync(new Uri($"{VendorAddress}/end"))).Dispose();
        await Task.WhenAll(open.Select(async reader =>
        {
            using (reader)
            {
                var rest = await reader.ReadToEndAsync();
                if (!rest.Contains("ling", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"A stream through {who} ended with: {rest}");
                }
            }
        }));
        return Streams;
    }

    private static async Task<StreamReader> BeginAsync(HttpClient http, string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{address}/v1/models/intents:streamGenerateContent?alt=sse")) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (!answer.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"A stream was refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        if (await reader.ReadLineAsync() is not { } line || !line.Contains("bil", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("A stream did not begin.");
        }

        return reader;
    }

    private static double Megabytes(Process? server)
    {
        server?.Refresh();
        return (server?.WorkingSet64 ?? 0) / 1e6;
    }
}
