using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Deploy;
using Portal.Persistence;

namespace Portal.Benchmarks.Gateway;

/// <summary>
/// Calls through the gateway, with a key, a budget of the organisation and each call on record before its answer leaves, against the same calls
/// through a bare YARP; the vendor is the same program for both. Loaded by wrk.
/// </summary>
internal class GatewayBenchmark : GatewayStand
{
    private const int Connections = 64;

    private static readonly TimeSpan s_round = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_warm = TimeSpan.FromSeconds(45);

    private readonly List<Load> _work = [];
    private readonly List<Load> _plain = [];
    private string _script = "";
    private Load? _warm;

    public override string Name => "gateway";

    public override string Unit => "calls";

    public override string Against => "a bare YARP";

    protected virtual string Method => "generateContent";

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        _script = Wrk.Script(Folder, Body, Keys.Values.Single());
        // Until what is called often is compiled for good.
        _warm = await Wrk.RunAsync(new Uri($"{PortalAddress}/v1/models/intents:{Method}"), _script, Connections, s_warm);
        await Wrk.RunAsync(new Uri($"{ProxyAddress}/v1/models/intents:{Method}"), _script, Connections, s_round);
    }

    public override async Task<long> WorkAsync() => await LoadAsync(PortalAddress, Gateway, _work);

    public override async Task<long> PlainAsync() => await LoadAsync(ProxyAddress, Yarp, _plain);

    public override async ValueTask DisposeAsync()
    {
        Print("the gateway", _work);
        Print("YARP", _plain);
        if (_work.Count > 1)
        {
            var (answered, recorded) = (_work.Append(_warm).Sum(l => l?.Calls ?? 0), await OnRecordAsync());
            // At the end of a run wrk counts no more those that are under way; they are answered and on record.
            var (lost, doubled) = (Math.Max(0, answered - recorded), Math.Max(0, recorded - answered - ((_work.Count + 1) * Connections)));
            Console.WriteLine($"  p99 {Middle(_work) / Middle(_plain):0.00} times that of YARP; {recorded:N0} calls on record of {answered:N0} answered: {lost} lost, {doubled} doubled");
        }

        await base.DisposeAsync();
    }

    // The first round compiles.
    private static double Middle(List<Load> loads) => loads.Skip(1).Select(l => l.P99Milliseconds).Order().ElementAt((loads.Count - 1) / 2);

    private static void Print(string name, List<Load> loads)
    {
        foreach (var load in loads)
        {
            Console.WriteLine($"  {name,-12} {load.PerSecond,8:N0} calls/s, median {load.MedianMilliseconds:0.0} ms, p99 {load.P99Milliseconds:0.0} ms, {load.ProcessorMicroseconds:0} µs of its processor time a call");
        }
    }

    /// <summary>Of a program's own processor time a neighbour on the machine takes nothing, as it does of calls a second.</summary>
    private async Task<long> LoadAsync(string address, Process? server, List<Load> loads)
    {
        var before = ProcessorTime(server);
        var load = await Wrk.RunAsync(new Uri($"{address}/v1/models/intents:{Method}"), _script, Connections, s_round);
        loads.Add(load with { ProcessorMicroseconds = (ProcessorTime(server) - before).TotalMicroseconds / load.Calls });
        return load.Calls;
    }

    private static TimeSpan ProcessorTime(Process? process)
    {
        process?.Refresh();
        return process?.TotalProcessorTime ?? TimeSpan.Zero;
    }

    private async Task<int> OnRecordAsync()
    {
        await using var services = Scope();
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        return await db.InferenceLogs.CountAsync(l => l.Status == 200);
    }
}

/// <summary>The same for answers in chunks.</summary>
internal sealed class GatewayStreamBenchmark : GatewayBenchmark
{
    public override string Name => "gateway-stream";

    protected override string Method => "streamGenerateContent?alt=sse";
}
