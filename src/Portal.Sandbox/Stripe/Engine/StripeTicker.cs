using Portal.Sandbox.Stripe.Resources;

namespace Portal.Sandbox.Stripe.Engine;

/// <summary>Counts usage, lets subscriptions and invoices go on, and tells the webhooks: soon after a change, and each second.</summary>
internal sealed class StripeTicker(StripeDatabase database, WebhookSender sender, SandboxOptions options, TimeProvider time, ILogger<StripeTicker> logger) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var endpoint in options.StripeWebhooks)
        {
            database.Run(session =>
            {
                EventCalls.EnsureEndpoint(session, endpoint.Url, endpoint.Secret);
                return 0;
            });
        }

        using var rung = new SemaphoreSlim(0, 1);
        void Ring()
        {
            // Two rings before a look are one.
            if (rung.CurrentCount is 0)
            {
                try
                {
                    rung.Release();
                }
                catch (SemaphoreFullException)
                {
                    // The other ring was first.
                }
            }
        }

        database.Changed += Ring;
        using var timer = time.CreateTimer(_ => Ring(), null, s_every, s_every);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await TickAsync(stoppingToken);
                await rung.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is left is in the file.
        }
        finally
        {
            database.Changed -= Ring;
        }
    }

    private async Task TickAsync(CancellationToken ct)
    {
        try
        {
            database.Look(session =>
            {
                if (UsageCounting.Run(session))
                {
                    foreach (var subscription in session.All(Kinds.Subscription).Where(s => s["billing_thresholds"] is not null))
                    {
                        Subscriptions.Threshold(session, subscription, options.Url, session.TimeOf(subscription));
                    }
                }

                BillingClock.Run(session, null, session.Now, options.Url);
            });
            await sender.SendDueAsync(ct);
        }
#pragma warning disable CA1031 // The edge of the ticker: one fault must not stop time for everybody.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            logger.LogError(fault, "The practice Stripe could not go on");
        }
    }
}
