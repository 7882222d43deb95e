using System.Net;
using Stripe;
using Xunit;

namespace Portal.Vertex.Tests.Sandbox.Stripe;

public sealed class StripeBillingTests
{
    [Fact]
    public async Task Subscription_UnderATestClock_LivesThroughTrialUsageInvoicesAndAnEnd()
    {
        await using var rig = await StripeRig.StartAsync();
        var (meter, metered, flat) = await rig.CatalogueAsync();
        var start = new DateTime(2026, 1, 31, 12, 0, 0, DateTimeKind.Utc);
        var clock = await rig.Client.V1.TestHelpers.TestClocks.CreateAsync(new() { FrozenTime = start });
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme", TestClock = clock.Id, PaymentMethod = "pm_card_visa" });
        var subscription = await rig.Client.V1.Subscriptions.CreateAsync(new()
        {
            Customer = customer.Id, TrialPeriodDays = 14, Items = [new() { Price = flat.Id }, new() { Price = metered.Id }],
        });
        Assert.Equal("trialing", subscription.Status);
        Assert.Equal(start.AddDays(14), subscription.TrialEnd);

        await rig.AdvanceAsync(clock.Id, start.AddDays(15));
        subscription = await rig.Client.V1.Subscriptions.GetAsync(subscription.Id, new() { Expand = ["latest_invoice"] });
        Assert.Equal("active", subscription.Status);
        Assert.Equal(4900, subscription.LatestInvoice.AmountPaid);
        Assert.Equal("paid", subscription.LatestInvoice.Status);

        await rig.Client.V1.Billing.MeterEvents.CreateAsync(new()
        {
            EventName = meter.EventName, Identifier = "use_1", Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "250000" }, Timestamp = start.AddDays(15).AddMinutes(1),
        });
        var end = subscription.Items.Data[0].CurrentPeriodEnd;
        await rig.AdvanceAsync(clock.Id, end.AddHours(2));
        var invoices = await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer.Id });
        Assert.Equal(4900 + 2500, invoices.Data[0].Total);
        Assert.Equal("paid", invoices.Data[0].Status);
        Assert.Contains("%PDF-", await rig.Sandbox.Http.GetStringAsync(invoices.Data[0].InvoicePdf), StringComparison.Ordinal);

        // The card starts to decline: past due, tried again, given up; then paid, and all is well.
        await rig.Client.V1.PaymentMethods.AttachAsync("pm_card_chargeCustomerFail", new() { Customer = customer.Id });
        var failing = (await rig.Client.V1.PaymentMethods.ListAsync(new() { Customer = customer.Id })).Data[0];
        await rig.Client.V1.Customers.UpdateAsync(customer.Id, new() { InvoiceSettings = new() { DefaultPaymentMethod = failing.Id } });
        await rig.AdvanceAsync(clock.Id, end.AddMonths(1).AddHours(3));
        Assert.Equal("past_due", (await rig.Client.V1.Subscriptions.GetAsync(subscription.Id)).Status);
        await rig.AdvanceAsync(clock.Id, end.AddMonths(1).AddDays(20));
        Assert.Equal("unpaid", (await rig.Client.V1.Subscriptions.GetAsync(subscription.Id)).Status);
        var open = (await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer.Id, Status = "open" })).Data.Single();
        Assert.Equal(4, open.AttemptCount);
        var refused = await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Invoices.PayAsync(open.Id));
        Assert.Equal("card_declined", refused.StripeError.Code);
        await rig.Client.V1.Invoices.PayAsync(open.Id, new() { PaymentMethod = (await rig.Client.V1.PaymentMethods.ListAsync(new() { Customer = customer.Id })).Data[1].Id });
        Assert.Equal("active", (await rig.Client.V1.Subscriptions.GetAsync(subscription.Id)).Status);

        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { CancelAtPeriodEnd = true });
        await rig.RestartAsync();
        await rig.AdvanceAsync(clock.Id, end.AddMonths(2).AddHours(1));
        Assert.Equal("canceled", (await rig.Client.V1.Subscriptions.GetAsync(subscription.Id)).Status);
        var types = (await rig.Client.V1.Events.ListAsync(new() { Limit = 100 })).Data.Select(e => e.Type).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "customer.subscription.created", "customer.subscription.trial_will_end", "customer.subscription.updated", "customer.subscription.deleted", "invoice.created", "invoice.finalized",
                "invoice.paid", "invoice.payment_failed",
            },
            types);
    }

    [Fact]
    public async Task Usage_ByStripesRules_IsCountedOrRefused()
    {
        await using var rig = await StripeRig.StartAsync(meterEventMilliseconds: 300);
        var (meter, _, _) = await rig.CatalogueAsync();
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" });
        Task<global::Stripe.Billing.MeterEvent> ReportAsync(string identifier, string value, DateTime? at = null, string? to = null) => rig.Client.V1.Billing.MeterEvents.CreateAsync(
            new() { EventName = meter.EventName, Identifier = identifier, Payload = new() { ["stripe_customer_id"] = to ?? customer.Id, ["value"] = value }, Timestamp = at },
            new RequestOptions { IdempotencyKey = Guid.NewGuid().ToString() });

        await ReportAsync("one", "40");
        var twice = await Assert.ThrowsAsync<StripeException>(() => ReportAsync("one", "40"));
        Assert.Equal(HttpStatusCode.BadRequest, twice.HttpStatusCode);
        Assert.Contains("already exists with identifier one", twice.Message, StringComparison.Ordinal);
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.Equal("timestamp_too_far_in_past", (await Assert.ThrowsAsync<StripeException>(() => ReportAsync("old", "1", now.AddDays(-36)))).StripeError.Code);
        Assert.Equal("timestamp_in_future", (await Assert.ThrowsAsync<StripeException>(() => ReportAsync("early", "1", now.AddMinutes(6)))).StripeError.Code);

        // Two at once for the same customer and meter: one is told to wait.
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(async n =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/billing/meter_events");
            request.Headers.Authorization = new("Bearer", "sk_test_practice");
            request.Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["event_name"] = meter.EventName, ["identifier"] = $"both_{n}", ["payload[stripe_customer_id]"] = customer.Id, ["payload[value]"] = "2",
            });
            return (await rig.Sandbox.Http.SendAsync(request)).StatusCode;
        }));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.TooManyRequests], both.Order());

        await ReportAsync("fraction", "1.5");
        await ReportAsync("nobody", "1", to: "cus_nobody");
        await rig.UntilHeardAsync("v1.billing.meter.error_report_triggered");
        var thin = rig.Heard.First(h => h.Body.Contains("error_report_triggered", StringComparison.Ordinal));
        var told = rig.Client.ParseEventNotification(thin.Body, thin.Signature, StripeRig.Secret);
        Assert.Equal("v1.billing.meter.error_report_triggered", told.Type);
        await StripeRig.UntilAsync(async () => (await SumAsync()) is 42m);
        await rig.RestartAsync();
        Assert.Equal(42m, await SumAsync());

        async Task<decimal> SumAsync()
        {
            var minute = new DateTime(now.Year, now.Month, now.Day, now.Hour, now.Minute, 0, DateTimeKind.Utc);
            var list = await rig.Client.V1.Billing.Meters.EventSummaries.ListAsync(meter.Id, new() { Customer = customer.Id, StartTime = minute.AddHours(-1), EndTime = minute.AddHours(1) });
            return list.Data.Sum(s => (decimal)s.AggregatedValue);
        }
    }

    [Fact]
    public async Task Checkout_WithTestCards_PaysOrSaysWhyNot()
    {
        await using var rig = await StripeRig.StartAsync();
        var (_, metered, flat) = await rig.CatalogueAsync();
        await rig.Client.V1.Coupons.CreateAsync(new() { Id = "half", PercentOff = 50, Duration = "once" });
        await rig.Client.V1.PromotionCodes.CreateAsync(new() { Code = "START", Promotion = new() { Type = "coupon", Coupon = "half" } });
        var customer = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" });
        var session = await rig.Client.V1.Checkout.Sessions.CreateAsync(new()
        {
            Mode = "subscription", Customer = customer.Id, SuccessUrl = "http://portal.example/back?session={CHECKOUT_SESSION_ID}", AllowPromotionCodes = true,
            LineItems = [new() { Price = flat.Id, Quantity = 1 }, new() { Price = metered.Id }], SubscriptionData = new() { Metadata = new() { ["tenant"] = "org_1" } },
        });

        var declined = await PostAsync(rig, session.Url, ("card", "4000 0000 0000 0341"));
        Assert.Contains("Your card was declined", await declined.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var paid = await PostAsync(rig, session.Url, ("card", "4242 4242 4242 4242"), ("code", "start"));
        Assert.Equal(HttpStatusCode.Redirect, paid.StatusCode);
        Assert.Equal($"http://portal.example/back?session={session.Id}", paid.Headers.Location?.ToString());

        session = await rig.Client.V1.Checkout.Sessions.GetAsync(session.Id, new() { Expand = ["subscription.latest_invoice"] });
        Assert.Equal(("complete", "paid", "active"), (session.Status, session.PaymentStatus, session.Subscription.Status));
        Assert.Equal("org_1", session.Subscription.Metadata["tenant"]);
        Assert.Equal((4900L, 2450L), (session.Subscription.LatestInvoice.Subtotal, session.Subscription.LatestInvoice.Total));
        await rig.UntilHeardAsync("checkout.session.completed");
        var heard = rig.Heard.First(h => h.Body.Contains("checkout.session.completed", StringComparison.Ordinal));
        Assert.Equal(session.Id, (EventUtility.ConstructEvent(heard.Body, heard.Signature, StripeRig.Secret).Data.Object as global::Stripe.Checkout.Session)?.Id);

        var portal = await rig.Client.V1.BillingPortal.Sessions.CreateAsync(new() { Customer = customer.Id, ReturnUrl = "http://portal.example/billing" });
        Assert.Contains("Cancel at the end of the period", await rig.Sandbox.Http.GetStringAsync(portal.Url), StringComparison.Ordinal);
        await PostAsync(rig, portal.Url, ("act", "cancel"), ("subscription", session.SubscriptionId));
        Assert.True((await rig.Client.V1.Subscriptions.GetAsync(session.SubscriptionId)).CancelAtPeriodEnd);
    }

    [Fact]
    public async Task Calls_OutOfOrder_AreRefusedAsStripeRefusesThem()
    {
        await using var rig = await StripeRig.StartAsync();
        var key = new RequestOptions { IdempotencyKey = "once" };
        var first = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" }, key);
        Assert.Equal(first.Id, (await rig.Client.V1.Customers.CreateAsync(new() { Name = "Acme" }, key)).Id);
        Assert.Equal("idempotency_error", (await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Customers.CreateAsync(new() { Name = "Other" }, key))).StripeError.Type);
        Assert.Equal("resource_missing", (await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Customers.GetAsync("cus_nobody"))).StripeError.Code);
        Assert.Equal("parameter_missing", (await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Prices.CreateAsync(new() { Currency = "usd", UnitAmount = 1 }))).StripeError.Code);
        var unknown = new CustomerCreateOptions();
        unknown.AddExtraParam("nmae", "Acme");
        Assert.Equal("parameter_unknown", (await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Customers.CreateAsync(unknown))).StripeError.Code);
        var stranger = new StripeClient(new StripeClientOptions { ApiKey = "sk_live_no", ApiBase = rig.Sandbox.Address });
        Assert.Equal(HttpStatusCode.Unauthorized, (await Assert.ThrowsAsync<StripeException>(() => stranger.V1.Customers.ListAsync())).HttpStatusCode);

        for (var n = 0; n < 4; n++)
        {
            await rig.Client.V1.Customers.CreateAsync(new() { Name = $"Customer {n}" });
        }

        var names = new List<string>();
        await foreach (var customer in rig.Client.V1.Customers.ListAutoPagingAsync(new() { Limit = 2 }))
        {
            names.Add(customer.Name);
        }

        Assert.Equal(["Customer 3", "Customer 2", "Customer 1", "Customer 0", "Acme"], names);

        // A webhook that is not taken comes again, and as often as it is asked for.
        rig.Answer = 500;
        var made = await rig.Client.V1.Customers.CreateAsync(new() { Name = "Late" });
        await rig.UntilHeardAsync("customer.created");
        var happened = (await rig.Client.V1.Events.ListAsync(new() { Type = "customer.created", Limit = 1 })).Data.Single();
        Assert.Equal(made.Id, (happened.Data.Object as Customer)?.Id);
        await StripeRig.UntilAsync(async () => (await rig.Sandbox.Http.GetStringAsync("sandbox/stripe/deliveries")).Contains("\"status\":500", StringComparison.Ordinal));
        rig.Answer = 200;
        await rig.Sandbox.Http.PostAsync("sandbox/stripe/deliveries/now", null);
        await UntilToldAsync(2);
        using var again = new StringContent($$"""{"events":["{{happened.Id}}"],"copies":3}""", System.Text.Encoding.UTF8, "application/json");
        await rig.Sandbox.Http.PostAsync("sandbox/stripe/deliveries", again);
        await UntilToldAsync(5);

        Task UntilToldAsync(int times) => StripeRig.UntilAsync(() => Task.FromResult(rig.Heard.Count(h => h.Body.Contains(happened.Id, StringComparison.Ordinal)) >= times));
    }

    private static Task<HttpResponseMessage> PostAsync(StripeRig rig, string url, params (string Name, string Value)[] fields) =>
        rig.Sandbox.Http.PostAsync(url, new FormUrlEncodedContent(fields.ToDictionary(f => f.Name, f => f.Value)));
}
