using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>Counts usage, lets subscriptions and invoices go on, and tells the webhooks: soon after a change, and each second.</summary>
internal sealed class StripeTicker(
    StripeDatabase database, WebhookSender sender, SandboxOptions options, IServer server, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<StripeTicker> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    /// <summary>Whom to tell is known before the first call can be answered.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in options.StripeWebhooks)
        {
            database.Run(session => EventCalls.EnsureEndpoint(session, endpoint.Url, endpoint.Secret));
        }

        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var timer = time.CreateTimer(_ => database.Bell.Ring(), null, s_every, s_every);
        try
        {
            var address = await AddressAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
            {
                await TickAsync(address, stoppingToken);
                await database.Bell.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is in the file.
        }
    }

    // Invoices lead to pages of this server, and at port 0 its address is known only once it listens.
    private async Task<string> AddressAsync(CancellationToken ct)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(ct);
        return server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? options.Url;
    }

    private async Task TickAsync(string address, CancellationToken ct)
    {
        await GuardAsync("count usage", () => Run(session => CountUsage(session, address)));
        await GuardAsync("let time pass", () => Run(session => BillingClock.Run(session, null, session.Now, address)));
        await GuardAsync("tell the webhooks", () => sender.SendDueAsync(ct));
    }

    private Task Run(Action<StripeSession> work)
    {
        database.Run(work);
        return Task.CompletedTask;
    }

    private static void CountUsage(StripeSession session, string address)
    {
        UsageCounting.Run(session);
        // Also without fresh usage: what was used within this second is on no invoice before the next.
        foreach (var subscription in session.WithThreshold())
        {
            Subscriptions.Threshold(session, subscription, address, session.TimeOf(subscription));
        }
    }

    private async Task GuardAsync(string step, Func<Task> work)
    {
        try
        {
            await work();
        }
#pragma warning disable CA1031 // The edge of the ticker: a step that fails must not stop the others.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogError(fault, "The practice Stripe could not {Step}", step);
        }
    }
}
