using Microsoft.Data.Sqlite;
using Stripe;

namespace Portal.Vertex.Tests.Sandbox.Stripe;

public sealed class StripeEngineTests
{
    private static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Customer_ThatIsDeleted_LeavesNothingThatStopsTime()
    {
        await using var rig = await StripeRig.StartAsync();
        var (_, metered, flat) = await rig.CatalogueAsync();
        var clock = await rig.Client.V1.TestHelpers.TestClocks.CreateAsync(new() { FrozenTime = s_start });
        var gone = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Gone", TestClock = clock.Id, PaymentMethod = "pm_card_visa" });
        var stays = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Stays", TestClock = clock.Id, PaymentMethod = "pm_card_visa" });
        foreach (var customer in new[] { gone, stays })
        {
            await rig.Client.V1.Subscriptions.CreateAsync(new() { Customer = customer.Id, Items = [new() { Price = flat.Id }, new() { Price = metered.Id }] });
        }

        await rig.AdvanceAsync(clock.Id, s_start.AddDays(1));
        await rig.Client.V1.Customers.DeleteAsync(gone.Id);
        await rig.AdvanceAsync(clock.Id, s_start.AddMonths(1).AddHours(2));
        Assert.Equal(2, (await rig.Client.V1.Invoices.ListAsync(new() { Customer = stays.Id, Status = "paid" })).Data.Count);
        var left = (await rig.Client.V1.Invoices.ListAsync(new() { Customer = gone.Id, Status = "draft" })).Data.Single();
        Assert.False(left.AutoAdvance);
        Assert.Equal("resource_missing", (await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Invoices.UpdateAsync(left.Id, new() { AutoAdvance = true }))).StripeError.Code);
    }

    [Fact]
    public async Task Ticker_WithAnInvoiceThatCannotGoOn_StillCountsAndTells()
    {
        await using var rig = await StripeRig.StartAsync();
        var (meter, _, _) = await rig.CatalogueAsync();
        await StrayAsync(rig);
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" });
        await rig.UntilHeardAsync("customer.created");
        await rig.Client.V1.Billing.MeterEvents.CreateAsync(new() { EventName = meter.EventName, Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "1.5" } });
        await rig.UntilHeardAsync("v1.billing.meter.error_report_triggered");
    }

    [Fact]
    public async Task Subscription_WhoseOnlyPriceIsReplaced_PaysTheDifferenceOfTheRest()
    {
        await using var rig = await StripeRig.StartAsync();
        var (_, _, flat) = await rig.CatalogueAsync();
        var dear = await rig.Client.V1.Prices.CreateAsync(new() { Currency = "usd", Product = flat.ProductId, UnitAmount = 9800, Recurring = new() { Interval = "month" } });
        var clock = await rig.Client.V1.TestHelpers.TestClocks.CreateAsync(new() { FrozenTime = s_start });
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme", TestClock = clock.Id, PaymentMethod = "pm_card_visa" });
        var subscription = await rig.Client.V1.Subscriptions.CreateAsync(new() { Customer = customer.Id, Items = [new() { Price = flat.Id }] });

        await rig.AdvanceAsync(clock.Id, s_start.AddDays(15.5)); // Half of January.
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { Items = [new() { Id = subscription.Items.Data[0].Id, Price = dear.Id }] });
        Assert.Equal([4900, -2450], (await rig.Client.V1.InvoiceItems.ListAsync(new() { Customer = customer.Id })).Data.Select(i => i.Amount));
    }

    [Fact]
    public async Task Usage_ThatReachesTheThreshold_IsBilledOnce()
    {
        await using var rig = await StripeRig.StartAsync();
        var (meter, metered, _) = await rig.CatalogueAsync();
        var clock = await rig.Client.V1.TestHelpers.TestClocks.CreateAsync(new() { FrozenTime = s_start });
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme", TestClock = clock.Id, PaymentMethod = "pm_card_visa" });
        var subscription = await rig.Client.V1.Subscriptions.CreateAsync(new() { Customer = customer.Id, Items = [new() { Price = metered.Id }], BillingThresholds = new() { AmountGte = 2000 } });
        await rig.AdvanceAsync(clock.Id, s_start.AddDays(2));
        await rig.Client.V1.Billing.MeterEvents.CreateAsync(new()
        {
            EventName = meter.EventName, Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "250000" }, Timestamp = s_start.AddDays(1),
        });
        await StripeRig.UntilAsync(async () => (await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer.Id, Status = "paid" })).Data.Exists(i => i.BillingReason is "subscription_threshold"));
        Assert.Equal(2500, (await LatestAsync()).Total);
        Assert.StartsWith(rig.Sandbox.Address, (await LatestAsync()).HostedInvoiceUrl, StringComparison.Ordinal);
        Assert.Equal(0, (await rig.Client.V1.Invoices.CreatePreviewAsync(new() { Customer = customer.Id, Subscription = subscription.Id })).Total);

        await rig.Client.V1.Subscriptions.CancelAsync(subscription.Id);
        await rig.AdvanceAsync(clock.Id, s_start.AddDays(3));
        var last = await LatestAsync();
        Assert.Equal(("subscription_cycle", "paid", 0L), (last.BillingReason, last.Status, last.Total));

        async Task<Invoice> LatestAsync() => (await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer.Id, Limit = 1 })).Data.Single();
    }

    [Fact]
    public async Task Card_ThatIsAttached_IsTheAnswerAndARefusedPaymentStaysTold()
    {
        await using var rig = await StripeRig.StartAsync();
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" });
        var first = await rig.Client.V1.PaymentMethods.CreateAsync(new() { Type = "card", Card = new() { Token = "tok_chargeCustomerFail" } });
        var second = await rig.Client.V1.PaymentMethods.CreateAsync(new() { Type = "card", Card = new() { Token = "tok_visa" } });
        foreach (var card in new[] { second, first })
        {
            Assert.Equal(card.Id, (await rig.Client.V1.PaymentMethods.AttachAsync(card.Id, new() { Customer = customer.Id })).Id);
        }

        await rig.Client.V1.InvoiceItems.CreateAsync(new() { Customer = customer.Id, Amount = 100, Currency = "usd" });
        var invoice = await rig.Client.V1.Invoices.CreateAsync(new() { Customer = customer.Id, PendingInvoiceItemsBehavior = "include" });
        var refused = await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Invoices.PayAsync(invoice.Id, new() { PaymentMethod = first.Id, Expand = ["customer"] }));
        Assert.Equal("card_declined", refused.StripeError.Code);
        Assert.Equal(1, (await rig.Client.V1.Invoices.GetAsync(invoice.Id)).AttemptCount);
    }

    // What no call makes: an invoice that is due and whose customer is not there.
    private static async Task StrayAsync(StripeRig rig)
    {
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(rig.Sandbox.Folder, "stripe", "stripe.db")};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            INSERT INTO object (id, kind, json) VALUES ('in_stray', 'invoice',
                '{"id":"in_stray","object":"invoice","status":"draft","customer":"cus_nobody","auto_advance":true,"automatically_finalizes_at":1,"lines":{"data":[]},"test_clock":null}')
            """;
        await command.ExecuteNonQueryAsync();
    }
}
