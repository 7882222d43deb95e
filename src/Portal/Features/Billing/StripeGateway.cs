using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Stripe;

namespace Portal.Features.Billing;

/// <summary>Stripe could not be asked, or refused.</summary>
public sealed class StripeUnavailableException(string message, Exception? inner = null) : PortalException(message, inner);

/// <summary>What became of a report of usage.</summary>
internal enum ReportAnswer
{
    Taken,

    /// <summary>This event is not taken, now or later.</summary>
    Refused,

    /// <summary>It did not arrive; later it may.</summary>
    Busy,

    /// <summary>Nobody can say whether it arrived.</summary>
    Unknown,
}

/// <summary>The one door to Stripe.</summary>
public sealed class StripeGateway(IOptions<BillingOptions> options, IHttpClientFactory http, TimeProvider time)
{
    public const string TenantKey = "tenant";

    private const string HeldKey = "portal_held";

    internal const string PlanKey = "plan";
    private const int MostInvoices = 100;

    private readonly StripeMeters _meters = new(time);

    public bool IsConfigured => options.Value.IsConfigured;

    public bool IsPractice => options.Value.IsPractice;

    /// <summary>Makes the customer once, however often it is asked for.</summary>
    public Task<string> CreateCustomerAsync(Tenant tenant, CancellationToken ct) => AskAsync(async client => (await client.V1.Customers.CreateAsync(
        new CustomerCreateOptions { Name = tenant.Name, Description = tenant.Slug, Metadata = new() { [TenantKey] = tenant.Id } },
        new RequestOptions { IdempotencyKey = $"customer-{tenant.Id}" }, ct)).Id);

    /// <summary>The address of the page where a person pays for a plan: the same one however often it is asked for within the hour.</summary>
    public Task<string> CheckoutAsync(string customer, string tenantId, Plan plan, int trialDays, string backTo, string after, CancellationToken ct) => AskAsync(async client =>
    {
        var items = (await PricesAsync(client, plan, ct)).Select(p => new Stripe.Checkout.SessionLineItemOptions { Price = p.Id, Quantity = p.Recurring.UsageType is "metered" ? null : 1 }).ToList();
        var session = await client.V1.Checkout.Sessions.CreateAsync(
            new Stripe.Checkout.SessionCreateOptions
            {
                Mode = "subscription", Customer = customer, LineItems = items, AllowPromotionCodes = true, ClientReferenceId = tenantId,
                SuccessUrl = $"{backTo}?session={{CHECKOUT_SESSION_ID}}", CancelUrl = backTo, Metadata = new() { [TenantKey] = tenantId },
                AutomaticTax = options.Value.AutomaticTax ? new() { Enabled = true } : null, BillingAddressCollection = options.Value.AutomaticTax ? "required" : null,
                CustomerUpdate = options.Value.AutomaticTax ? new() { Address = "auto", Name = "auto" } : null,
                SubscriptionData = new() { Metadata = new() { [TenantKey] = tenantId, [PlanKey] = plan.Id }, TrialPeriodDays = trialDays > 0 ? trialDays : null },
            }, new RequestOptions { IdempotencyKey = OnceAnHour(customer, plan.Id, $"{trialDays}", backTo, after) }, ct);
        return session.Url;
    });

    public Task<string> PortalAsync(string customer, string backTo, CancellationToken ct) => AskAsync(async client =>
        (await client.V1.BillingPortal.Sessions.CreateAsync(new Stripe.BillingPortal.SessionCreateOptions { Customer = customer, ReturnUrl = backTo }, cancellationToken: ct)).Url);

    /// <summary>Gives a subscription another plan; the rest of the month is settled on the next invoice.</summary>
    public Task ChangePlanAsync(string subscription, Plan plan, CancellationToken ct) => AskAsync(async client =>
    {
        var held = await client.V1.Subscriptions.GetAsync(subscription, cancellationToken: ct);
        var wanted = await PricesAsync(client, plan, ct);
        var flat = held.Items.Data.Single(i => i.Price.Recurring.UsageType is not "metered");
        var price = wanted.Single(p => p.Recurring.UsageType is not "metered");
        await client.V1.Subscriptions.UpdateAsync(
            subscription,
            new SubscriptionUpdateOptions
            {
                Items = [new() { Id = flat.Id, Price = price.Id, Quantity = 1 }], ProrationBehavior = "create_prorations", CancelAtPeriodEnd = false, Metadata = new() { [PlanKey] = plan.Id },
            }, cancellationToken: ct);
        return true;
    });

    /// <summary>Has usage invoiced at once when it reaches an amount, or never before the period ends. Stripe does so once each time it is reached.</summary>
    internal Task SetThresholdAsync(string subscription, long? cents, CancellationToken ct) => AskAsync(async client =>
    {
        var change = new SubscriptionUpdateOptions { BillingThresholds = cents is null ? null : new() { AmountGte = cents } };
        if (cents is null)
        {
            change.AddExtraParam("billing_thresholds", "");
        }

        await client.V1.Subscriptions.UpdateAsync(subscription, change, cancellationToken: ct);
        return true;
    });

    private async Task<CreditFacts> CreditAsync(StripeClient client, string customer, CancellationToken ct)
    {
        var grants = (await client.V1.Billing.CreditGrants.ListAsync(new Stripe.Billing.CreditGrantListOptions { Customer = customer, Limit = 100 }, cancellationToken: ct)).Data;
        var now = time.GetUtcNow().UtcDateTime;
        if (grants.Where(g => g.VoidedAt is null && (g.ExpiresAt is null || g.ExpiresAt > now)).ToList() is not { Count: > 0 } running)
        {
            return new CreditFacts(0, null);
        }

        var summary = await client.V1.Billing.CreditBalanceSummary.GetAsync(
            new Stripe.Billing.CreditBalanceSummaryGetOptions { Customer = customer, Filter = new() { Type = "applicability_scope", ApplicabilityScope = new() { PriceType = "metered" } } }, cancellationToken: ct);
        var left = summary.Balances.Where(b => b.AvailableBalance.Monetary?.Currency is "usd").Sum(b => b.AvailableBalance.Monetary.Value);
        return new CreditFacts(left, left > 0 ? running.Min(g => g.ExpiresAt) : null);
    }

    /// <summary>A subscription that was sold before the portal had a meter is charged by it too, from now on.</summary>
    internal Task CompleteAsync(string subscription, Plan plan, CancellationToken ct) => AskAsync(async client =>
    {
        var held = await client.V1.Subscriptions.GetAsync(subscription, cancellationToken: ct);
        var known = held.Items.Data.Select(i => i.Price.LookupKey).ToHashSet(StringComparer.Ordinal);
        if (held.Status is "canceled" or "incomplete_expired" || Enum.GetValues<Meter>().All(m => known.Contains(MeterWords.LookupKey(m))))
        {
            return false;
        }

        var missing = (await PricesAsync(client, plan, ct)).Where(p => p.Recurring.UsageType is "metered" && !known.Contains(p.LookupKey)).ToList();
        await client.V1.Subscriptions.UpdateAsync(
            subscription, new SubscriptionUpdateOptions { Items = [.. missing.Select(p => new SubscriptionItemOptions { Price = p.Id })], ProrationBehavior = "none" },
            new RequestOptions { IdempotencyKey = $"items-{subscription}-{string.Join('-', missing.Select(p => p.Id))}" }, ct);
        return true;
    });

    /// <summary>Null where Stripe has no such customer, or no more.</summary>
    public Task<CustomerFacts?> ReadAsync(string customer, CancellationToken ct) => AskAsync(async client =>
    {
        Customer found;
        try
        {
            found = await client.V1.Customers.GetAsync(customer, cancellationToken: ct);
        }
        catch (StripeException missing) when (missing.StripeError?.Code is "resource_missing")
        {
            return null;
        }

        if (found.Deleted is true)
        {
            return null;
        }

        var subscriptions = await client.V1.Subscriptions.ListAsync(new SubscriptionListOptions { Customer = customer, Status = "all", Limit = 20, Expand = ["data.discounts.source.coupon"] }, cancellationToken: ct);
        var invoices = await client.V1.Invoices.ListAsync(new InvoiceListOptions { Customer = customer, Limit = MostInvoices }, cancellationToken: ct);
        // The one that runs; of those that ended, the last.
        var counts = subscriptions.Data.OrderBy(s => s.Status is "canceled" or "incomplete" or "incomplete_expired").ThenByDescending(s => s.Created).ThenBy(s => s.Id, StringComparer.Ordinal).FirstOrDefault();
        return new CustomerFacts(
            found.Metadata.GetValueOrDefault(TenantKey, ""), counts is null ? null : SubscriptionWords.FactsOf(counts), await CreditAsync(client, customer, ct),
            [.. invoices.Data.Where(i => i.Status is not "draft").OrderBy(i => i.Id, StringComparer.Ordinal).Select(FactsOf)]);
    });

    /// <summary>The ids of all that happened since, oldest first: what a webhook may have missed.</summary>
    public async Task<IReadOnlyList<string>> EventsSinceAsync(DateTime since, CancellationToken ct) => await AskAsync(async client =>
    {
        var bodies = new List<string>();
        await foreach (var happened in client.V1.Events.ListAutoPagingAsync(new EventListOptions { Limit = 100, Created = new DateRangeOptions { GreaterThanOrEqual = since } }, cancellationToken: ct))
        {
            bodies.Add(happened.ToJson());
        }

        bodies.Reverse();
        return bodies;
    });

    /// <summary>Tells of one event. That it was told before is as good as telling it.</summary>
    internal async Task<(ReportAnswer Answer, string Words)> ReportAsync(string customer, UsageReport report, CancellationToken ct)
    {
        try
        {
            await AskAsync(client => client.V1.Billing.MeterEvents.CreateAsync(
                new Stripe.Billing.MeterEventCreateOptions
                {
                    EventName = MeterWords.EventName(report.Meter), Identifier = report.Identifier, Timestamp = report.UsedAt,
                    Payload = new() { ["stripe_customer_id"] = customer, ["value"] = report.Value.ToString(CultureInfo.InvariantCulture) },
                }, cancellationToken: ct));
            return (ReportAnswer.Taken, "");
        }
        catch (StripeUnavailableException refused)
        {
            var (status, words) = refused.InnerException is StripeException said ? ((int)said.HttpStatusCode, said.StripeError?.Message ?? said.Message) : (0, refused.Message);
            return status switch
            {
                // Stripe has no code for it: a report under a known identifier is refused in these words.
                400 when words.Contains("already exists with identifier", StringComparison.OrdinalIgnoreCase) && words.Contains(report.Identifier, StringComparison.Ordinal) => (ReportAnswer.Taken, ""),
                401 or 403 or 409 or 429 => (ReportAnswer.Busy, words),
                >= 400 and < 500 => (ReportAnswer.Refused, words),
                _ => (ReportAnswer.Unknown, words),
            };
        }
    }

    /// <summary>What Stripe has counted of a meter from one whole minute until another.</summary>
    internal Task<long> SummaryAsync(string customer, Meter meter, DateTime from, DateTime until, CancellationToken ct) => AskAsync(async client =>
    {
        if (await _meters.FindAsync(client, meter, ct) is not { } made)
        {
            return 0;
        }

        var sums = await client.V1.Billing.Meters.EventSummaries.ListAsync(made, new Stripe.Billing.MeterEventSummaryListOptions { Customer = customer, StartTime = from, EndTime = until, Limit = 100 }, cancellationToken: ct);
        return (long)sums.Data.Sum(s => (decimal)s.AggregatedValue);
    });

    /// <summary>Keeps a customer's drafts from becoming final, or lets those go on that were kept here.</summary>
    internal Task HoldDraftsAsync(string customer, bool isHeld, CancellationToken ct) => AskAsync(async client =>
    {
        var drafts = await client.V1.Invoices.ListAsync(new InvoiceListOptions { Customer = customer, Status = "draft", Limit = MostInvoices }, cancellationToken: ct);
        foreach (var draft in drafts.Data.Where(d => isHeld ? d.AutoAdvance : d.Metadata?.ContainsKey(HeldKey) is true))
        {
            await client.V1.Invoices.UpdateAsync(draft.Id, new InvoiceUpdateOptions { AutoAdvance = !isHeld, Metadata = new() { [HeldKey] = isHeld ? "true" : "" } }, cancellationToken: ct);
        }

        return true;
    });

    /// <summary>Whose version of the API the portal speaks.</summary>
    public static string ApiVersion => StripeConfiguration.ApiVersion;

    internal async Task<T> AskAsync<T>(Func<StripeClient, Task<T>> ask)
    {
        if (!IsConfigured)
        {
            throw new StripeUnavailableException("Payment is not set up on this portal. Whoever runs it sets Stripe__ApiKey.");
        }

        var (key, address) = (options.Value.ApiKey, options.Value.ApiBase);
        var client = new StripeClient(new StripeClientOptions
        {
            ApiKey = key, ApiBase = address is "" ? null : address.TrimEnd('/'), HttpClient = new SystemNetHttpClient(http.CreateClient(nameof(StripeGateway)), maxNetworkRetries: 2, enableTelemetry: false),
        });
        try
        {
            return await ask(client);
        }
        catch (StripeException refused)
        {
            throw new StripeUnavailableException("Stripe refused this. Nothing was changed. Try again, or write to those who run the portal.", refused) { Details = refused.StripeError?.Message ?? refused.Message };
        }
        catch (Exception broken) when (broken is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            throw new StripeUnavailableException("Stripe cannot be reached at the moment. Nothing was changed. Try again in a minute.", broken);
        }
    }

    /// <summary>What a plan is sold by: its own price and one for each meter. Whatever Stripe lacks of it is made there, once.</summary>
    private async Task<IReadOnlyList<Price>> PricesAsync(StripeClient client, Plan plan, CancellationToken ct)
    {
        var meters = Enum.GetValues<Meter>();
        var wanted = meters.Select(MeterWords.LookupKey).Append($"portal_plan_{plan.Id}").ToList();
        var known = (await client.V1.Prices.ListAsync(new PriceListOptions { LookupKeys = wanted, Active = true, Limit = 100 }, cancellationToken: ct)).Data.ToDictionary(p => p.LookupKey);
        foreach (var meter in meters.Where(m => !known.ContainsKey(MeterWords.LookupKey(m))))
        {
            known[MeterWords.LookupKey(meter)] = await CreateUsagePriceAsync(client, meter, ct);
        }

        if (!known.ContainsKey(wanted[^1]))
        {
            known[wanted[^1]] = await client.V1.Prices.CreateAsync(
                new PriceCreateOptions
                {
                    Currency = "usd", UnitAmount = plan.MonthlyCents, LookupKey = wanted[^1], Nickname = $"Plan {plan.Name}", Recurring = new() { Interval = "month" },
                    ProductData = new() { Name = $"Plan {plan.Name}" },
                }, new RequestOptions { IdempotencyKey = $"price-{plan.Id}-{plan.MonthlyCents}" }, ct);
        }

        return [known[wanted[^1]], .. meters.Select(m => known[MeterWords.LookupKey(m)])];
    }

    private async Task<Price> CreateUsagePriceAsync(StripeClient client, Meter meter, CancellationToken ct)
    {
        var name = MeterWords.EventName(meter);
        var made = await _meters.FindOrMakeAsync(client, meter, ct);
        return await client.V1.Prices.CreateAsync(
            new PriceCreateOptions
            {
                // A unit is a millionth of a dollar: what was charged here is what is charged there, whatever a model's price was that day.
                Currency = "usd", UnitAmountDecimal = 0.0001m, LookupKey = MeterWords.LookupKey(meter), Nickname = $"{UsageWords.Of(meter)}, in millionths of a dollar",
                Recurring = new() { Interval = "month", UsageType = "metered", Meter = made }, ProductData = new() { Name = UsageWords.Of(meter) },
            }, new RequestOptions { IdempotencyKey = $"price-{name}" }, ct);
    }

    private string OnceAnHour(params string[] parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', [time.GetUtcNow().ToString("yyyyMMddHH", CultureInfo.InvariantCulture), .. parts]))));

    private static InvoiceFacts FactsOf(Invoice invoice) => new(
        invoice.Id, invoice.Number ?? "", invoice.Status ?? "", invoice.Total, invoice.AmountRemaining, invoice.Currency ?? "usd", invoice.Created, invoice.NextPaymentAttempt,
        invoice.HostedInvoiceUrl ?? "", invoice.InvoicePdf ?? "")
    {
        DiscountCents = invoice.TotalDiscountAmounts?.Sum(d => d.Amount) ?? 0, TaxCents = invoice.TotalTaxes?.Sum(t => t.Amount) ?? 0, Reason = invoice.BillingReason ?? "",
        CreditCents = invoice.TotalPretaxCreditAmounts?.Where(c => c.Type is "credit_balance_transaction").Sum(c => c.Amount) ?? 0,
    };
}
