using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Stripe;

namespace Portal.Vertex.Tests.Sandbox.Stripe;

/// <summary>A sandbox, Stripe's own library pointed at it, and whoever listens to its webhooks.</summary>
internal sealed class StripeRig : IAsyncDisposable
{
    public const string Secret = "whsec_of_the_test";

    private readonly WebApplication _listener;

    private StripeRig(RunningSandbox sandbox, WebApplication listener)
    {
        (Sandbox, _listener) = (sandbox, listener);
        Client = Open();
    }

    public RunningSandbox Sandbox { get; }

    public StripeClient Client { get; private set; }

    /// <summary>What arrived: the body and its signature.</summary>
    public ConcurrentQueue<(string Body, string Signature)> Heard { get; } = new();

    /// <summary>How the listener answers.</summary>
    public int Answer { get; set; } = 200;

    public static async Task<StripeRig> StartAsync(int meterEventMilliseconds = 0)
    {
        var listener = WebApplication.CreateSlimBuilder().Build();
        listener.Urls.Add("http://127.0.0.1:0");
        StripeRig? rig = null;
        listener.MapPost("/hook", async (HttpContext http) =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync();
            rig?.Heard.Enqueue((body, http.Request.Headers["Stripe-Signature"].ToString()));
            return Results.StatusCode(rig?.Answer ?? 200);
        });
        await listener.StartAsync();
        var hook = $"{listener.Urls.First()}/hook";
        var sandbox = await RunningSandbox.StartAsync(folder => new()
        {
            StateFolder = folder, Url = "http://127.0.0.1:0", StripeWebhooks = [new() { Url = hook, Secret = Secret }], MeterEventMilliseconds = meterEventMilliseconds,
        });
        return rig = new StripeRig(sandbox, listener);
    }

    public async Task RestartAsync()
    {
        await Sandbox.RestartAsync();
        Client = Open();
    }

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async Task AdvanceAsync(string clockId, DateTime until)
    {
        await Client.V1.TestHelpers.TestClocks.AdvanceAsync(clockId, new() { FrozenTime = until });
        await UntilAsync(async () => (await Client.V1.TestHelpers.TestClocks.GetAsync(clockId)).Status is "ready");
    }

    public Task UntilHeardAsync(string type) => UntilAsync(() => Task.FromResult(Heard.Any(h => h.Body.Contains($"\"type\":\"{type}\"", StringComparison.Ordinal))));

    public async Task<(Meter Meter, Price Metered, Price Flat)> CatalogueAsync()
    {
        var meter = await Client.V1.Billing.Meters.CreateAsync(new()
        {
            DisplayName = "Input tokens", EventName = "input_tokens", DefaultAggregation = new() { Formula = "sum" },
        });
        var product = await Client.V1.Products.CreateAsync(new() { Name = "Team" });
        var metered = await Client.V1.Prices.CreateAsync(new()
        {
            Currency = "usd", Product = product.Id, UnitAmountDecimal = 0.01m, Nickname = "Input tokens", Recurring = new() { Interval = "month", UsageType = "metered", Meter = meter.Id },
        });
        var flat = await Client.V1.Prices.CreateAsync(new() { Currency = "usd", Product = product.Id, UnitAmount = 4900, LookupKey = "team", Recurring = new() { Interval = "month" } });
        return (ByMeter(meter), metered, flat);

        static Meter ByMeter(global::Stripe.Billing.Meter m) => new(m.Id, m.EventName);
    }

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private StripeClient Open() => new(new StripeClientOptions { ApiKey = "sk_test_practice", ApiBase = Sandbox.Address });

    internal sealed record Meter(string Id, string EventName);
}
