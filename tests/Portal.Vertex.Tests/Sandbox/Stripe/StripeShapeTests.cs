using System.Net;
using Stripe;
using Xunit;

namespace Portal.Vertex.Tests.Sandbox.Stripe;

public sealed class StripeShapeTests
{
    private static readonly DateTime s_start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [Fact]
    public async Task Answers_OfEveryResource_HaveTheFieldsOfThePinnedVersion()
    {
        await using var rig = await StripeRig.StartAsync();
        var v1 = rig.Client.V1;
        List<string> differences = [];
        var (clock, customer) = await CustomerAsync();
        var (meter, metered, flat) = await rig.CatalogueAsync();
        await CatalogueAsync();
        var subscription = await SubscriptionAsync();
        await rig.AdvanceAsync(clock.Id, s_start.AddMonths(1).AddHours(3));
        await UsageAsync();
        await InvoicesAsync();
        await SessionsAsync();
        Keep(await v1.Subscriptions.CancelAsync(subscription.Id));
        Keep(await v1.Coupons.DeleteAsync("half"));
        Keep(await v1.Events.ListAsync(new() { Limit = 100 }));
        var endpoint = Keep(await v1.WebhookEndpoints.CreateAsync(new() { Url = "http://127.0.0.1:9/hook", EnabledEvents = ["invoice.paid"] }));
        Keep(await v1.WebhookEndpoints.UpdateAsync(endpoint.Id, new() { Description = "Later" }));
        Keep(await v1.WebhookEndpoints.DeleteAsync(endpoint.Id));
        Keep(await v1.Customers.DeleteAsync(customer.Id));
        Keep(await v1.TestHelpers.TestClocks.DeleteAsync(clock.Id));
        Assert.True(differences.Count is 0, string.Join('\n', differences.Distinct().Order(StringComparer.Ordinal)));

        T Keep<T>(T answer)
            where T : IStripeEntity
        {
            differences.AddRange(StripeShape.Differences(answer));
            return answer;
        }

        async Task<(global::Stripe.TestHelpers.TestClock Clock, Customer Customer)> CustomerAsync()
        {
            var made = Keep(await v1.TestHelpers.TestClocks.CreateAsync(new() { FrozenTime = s_start }));
            Keep(await v1.TestHelpers.TestClocks.ListAsync());
            var acme = Keep(await v1.Customers.CreateAsync(new() { Name = "Acme", Email = "a@example.com", TestClock = made.Id, PaymentMethod = "pm_card_visa", Address = new() { Country = "DE", City = "Köln" } }));
            Keep(await v1.Customers.UpdateAsync(acme.Id, new() { Shipping = new() { Name = "Acme", Address = new() { Line1 = "Ring 1" } } }));
            Keep(await v1.Customers.ListAsync());
            Keep(await v1.Customers.BalanceTransactions.CreateAsync(acme.Id, new() { Amount = -100, Currency = "usd" }));
            Keep(await v1.Customers.BalanceTransactions.ListAsync(acme.Id));
            Keep(await v1.PaymentMethods.ListAsync(new() { Customer = acme.Id }));
            return (made, acme);
        }

        async Task CatalogueAsync()
        {
            Keep(await v1.Billing.Meters.UpdateAsync(meter.Id, new() { DisplayName = "Input" }));
            Keep(await v1.Billing.Meters.ListAsync());
            Keep(await v1.Products.ListAsync());
            Keep(await v1.Prices.ListAsync(new() { Expand = ["data.product"] }));
            Keep(await v1.Coupons.CreateAsync(new() { Id = "half", PercentOff = 50, Duration = "repeating", DurationInMonths = 3 }));
            Keep(await v1.Coupons.UpdateAsync("half", new() { Name = "Half" }));
            Keep(await v1.PromotionCodes.CreateAsync(new() { Code = "START", Promotion = new() { Type = "coupon", Coupon = "half" } }));
            Keep(await v1.PromotionCodes.ListAsync());
            var grant = Keep(await v1.Billing.CreditGrants.CreateAsync(new()
            {
                Customer = customer.Id, Category = "promotional", Amount = new() { Type = "monetary", Monetary = new() { Currency = "usd", Value = 700 } }, ApplicabilityConfig = new() { Scope = new() { PriceType = "metered" } },
            }));
            Keep(await v1.Billing.CreditGrants.UpdateAsync(grant.Id, new() { ExpiresAt = s_start.AddYears(1) }));
            Keep(await v1.Billing.CreditGrants.ListAsync(new() { Customer = customer.Id }));
        }

        async Task<Subscription> SubscriptionAsync()
        {
            var made = Keep(await v1.Subscriptions.CreateAsync(new()
            {
                Customer = customer.Id, Items = [new() { Price = flat.Id }, new() { Price = metered.Id }], Discounts = [new() { Coupon = "half" }], AutomaticTax = new() { Enabled = true },
                Expand = ["latest_invoice", "customer", "discounts"],
            }));
            Keep(await v1.Subscriptions.UpdateAsync(made.Id, new() { BillingThresholds = new() { AmountGte = 1_000_000 } }));
            Keep(await v1.Subscriptions.ListAsync(new() { Customer = customer.Id }));
            Keep(await v1.SubscriptionItems.ListAsync(new() { Subscription = made.Id }));
            Keep(await v1.SubscriptionItems.GetAsync(made.Items.Data[0].Id));
            return made;
        }

        async Task UsageAsync()
        {
            Keep(await v1.Billing.MeterEvents.CreateAsync(new() { EventName = meter.EventName, Identifier = "one", Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "250000" } }));
            Keep(await v1.Billing.MeterEvents.CreateAsync(new() { EventName = meter.EventName, Identifier = "two", Payload = new() { ["stripe_customer_id"] = customer.Id, ["value"] = "1" } }));
            Keep(await v1.Billing.MeterEventAdjustments.CreateAsync(new() { EventName = meter.EventName, Type = "cancel", Cancel = new() { Identifier = "two" } }));
            await rig.AdvanceAsync(clock.Id, s_start.AddMonths(2).AddHours(3));
            Keep(await v1.Billing.Meters.EventSummaries.ListAsync(meter.Id, new() { Customer = customer.Id, StartTime = s_start, EndTime = s_start.AddMonths(3) }));
            Keep(await v1.Billing.CreditBalanceSummary.GetAsync(new global::Stripe.Billing.CreditBalanceSummaryGetOptions { Customer = customer.Id, Filter = new() { Type = "applicability_scope", ApplicabilityScope = new() { PriceType = "metered" } } }));
            Assert.Equal(2, Keep(await v1.Billing.CreditBalanceTransactions.ListAsync(new() { Customer = customer.Id })).Data.Count);
        }

        async Task InvoicesAsync()
        {
            Keep(await v1.Invoices.ListAsync(new() { Customer = customer.Id, Expand = ["data.discounts"] }));
            Keep(await v1.Invoices.CreatePreviewAsync(new() { Customer = customer.Id, Subscription = subscription.Id }));
            Keep(await v1.InvoiceItems.CreateAsync(new() { Customer = customer.Id, Amount = 120, Currency = "usd" }));
            Keep(await v1.InvoiceItems.ListAsync(new() { Customer = customer.Id }));
            var invoice = Keep(await v1.Invoices.CreateAsync(new() { Customer = customer.Id, PendingInvoiceItemsBehavior = "include" }));
            Keep(await v1.Invoices.UpdateAsync(invoice.Id, new() { Description = "Set-up" }));
            Keep(await v1.Invoices.PayAsync(invoice.Id));
            Keep(await v1.Invoices.DeleteAsync((await v1.Invoices.CreateAsync(new() { Customer = customer.Id })).Id));
        }

        async Task SessionsAsync()
        {
            var made = Keep(await v1.Checkout.Sessions.CreateAsync(new() { Mode = "subscription", Customer = customer.Id, SuccessUrl = "http://portal.example", LineItems = [new() { Price = flat.Id, Quantity = 1 }] }));
            Assert.Equal("hosted_page", made.UiMode);
            Keep(await v1.Checkout.Sessions.LineItems.ListAsync(made.Id));
            Keep(await v1.Checkout.Sessions.ListAsync());
            Keep(await v1.BillingPortal.Sessions.CreateAsync(new() { Customer = customer.Id }));
            Keep(await v1.BillingPortal.Configurations.ListAsync());
        }
    }

    [Fact]
    public async Task Calls_WithWhatIsNotKnown_AreRefusedAndNameIt()
    {
        await using var rig = await StripeRig.StartAsync();
        foreach (var (method, path, sent, named) in new[]
        {
            (HttpMethod.Post, "v1/customers", "address[coutry]=DE", "address[coutry]"),
            (HttpMethod.Get, "v1/customers?nmae=x", "", "nmae"),
            (HttpMethod.Get, "v1/customers/cus_1?nmae=x", "", "nmae"),
            (HttpMethod.Post, "v1/subscriptions", "items[0][proice]=x", "items[0][proice]"),
            (HttpMethod.Post, "v1/checkout/sessions", "subscription_data[foo]=x", "subscription_data[foo]"),
        })
        {
            using var request = Request(method, path, sent);
            request.Headers.Add("Idempotency-Key", "once-" + named);
            using var answer = await rig.Sandbox.Http.SendAsync(request, TestContext.Current.CancellationToken);
            using var error = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            var told = error.RootElement.GetProperty("error");
            Assert.Equal(("parameter_unknown", named, "invalid_request_error"), (told.GetProperty("code").GetString(), told.GetProperty("param").GetString(), told.GetProperty("type").GetString()));
            Assert.EndsWith(answer.Headers.GetValues("Request-Id").Single(), told.GetProperty("request_log_url").GetString(), StringComparison.Ordinal);
            Assert.Equal(StripeConfiguration.ApiVersion, answer.Headers.GetValues("Stripe-Version").Single());
            Assert.Equal(method == HttpMethod.Post, answer.Headers.Contains("Idempotency-Key"));
        }

        // What this sandbox has not is refused in Stripe's words, and not in Google's.
        using var stray = Request(HttpMethod.Get, "v1/payouts", "");
        using var none = await rig.Sandbox.Http.SendAsync(stray, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Contains("Unrecognized request URL (GET: /v1/payouts)", await none.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string sent)
    {
        var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new("Bearer", "sk_test_practice");
        request.Content = sent is "" ? null : new StringContent(sent, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        return request;
    }
}
