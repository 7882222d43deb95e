using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;

namespace Portal.Benchmarks.Gateway;

/// <summary>
/// Four organisations that each call five times a second, beside one that calls a hundred times a second, against the same four alone. Under the
/// limits that the portal comes with: the noisy one may be told to wait, the others never. The promise is that their p99 stays within the larger
/// of twice and 100 ms more.
/// </summary>
internal sealed class NoisyTenantBenchmark : GatewayStand
{
    private const string Noisy = "org_noisy";
    private const int PerSecond = 5;
    private const int Noise = 20;

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(6);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 });
    private readonly List<string> _told = [];

    public override string Name => "noisy-tenant";

    public override string Unit => "calls of the quiet";

    public override string Against => "the quiet alone";

    protected override IReadOnlyList<string> Tenants => ["org_one", "org_two", "org_three", "org_four", Noisy];

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>();

    public override Task<long> WorkAsync() => CallAsync("beside the noisy", isNoisy: true);

    public override Task<long> PlainAsync() => CallAsync("alone", isNoisy: false);

    public override async ValueTask DisposeAsync()
    {
        _told.ForEach(Console.WriteLine);
        _http.Dispose();
        await base.DisposeAsync();
    }

    private async Task<long> CallAsync(string when, bool isNoisy)
    {
        var quiet = new ConcurrentBag<(HttpStatusCode Status, double Milliseconds)>();
        var noisy = new ConcurrentBag<(HttpStatusCode Status, double Milliseconds)>();
        var tenants = Tenants.Where(t => t is not Noisy).Select(t => PaceAsync(t, PerSecond, quiet));
        await Task.WhenAll(isNoisy ? tenants.Append(PaceAsync(Noisy, PerSecond * Noise, noisy)) : tenants);
        var times = quiet.Select(c => c.Milliseconds).Order().ToList();
        _told.Add($"  {when,-18} {quiet.Count} calls of the quiet: median {times[times.Count / 2]:0.0} ms, p99 {times[(int)(times.Count * 0.99)]:0.0} ms, {quiet.Count(c => c.Status is not HttpStatusCode.OK)} not answered"
            + (isNoisy ? $"; the noisy: {noisy.Count(c => c.Status is HttpStatusCode.OK)} answered, {noisy.Count(c => c.Status is HttpStatusCode.TooManyRequests)} told to wait" : ""));
        return quiet.Count;
    }

    /// <summary>At a steady pace, whether or not the last was answered.</summary>
    private async Task PaceAsync(string tenantId, int perSecond, ConcurrentBag<(HttpStatusCode Status, double Milliseconds)> told)
    {
        var began = Stopwatch.GetTimestamp();
        var calls = new List<Task>();
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        while (Stopwatch.GetElapsedTime(began) < s_round)
        {
            calls.Add(CallAsync(tenantId, told));
            await pace.WaitForNextTickAsync();
        }

        await Task.WhenAll(calls);
    }

    private async Task CallAsync(string tenantId, ConcurrentBag<(HttpStatusCode Status, double Milliseconds)> told)
    {
        var began = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{PortalAddress}/v1/models/intents:generateContent")) { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-goog-api-key", Keys[tenantId]);
        using var answer = await _http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        told.Add((answer.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
    }
}
