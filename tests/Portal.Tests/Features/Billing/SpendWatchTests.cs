using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Stripe;
using Xunit;
using PlanService = Portal.Features.Billing.PlanService;

namespace Portal.Tests.Features.Billing;

public sealed class SpendWatchTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Usage_OfAnAccountThatHasPaidNothing_IsInvoicedOnceWhereItReachesTheThreshold()
    {
        await using var rig = await StripeRig.StartAsync();
        await rig.BuyAsync("org_test", "team");
        await ReportAsync(rig);
        var subscription = await SubscriptionAsync(rig);
        Assert.Equal(10_000, subscription.BillingThresholds?.AmountGte);
        Assert.Equal((true, false), WatchOf(await ReadAsync(rig)));

        // The trial is over, and its first invoice is not paid yet.
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { TrialEnd = SubscriptionTrialEnd.Now });
        await RefreshAsync(rig);
        await UseAsync(rig, 400_000_000);
        await Task.WhenAll(ReportAsync(rig), ReportAsync(rig));
        Assert.Equal((true, true), WatchOf(await ReadAsync(rig)));
        await ReportAsync(rig);
        Assert.Equal(1, await ToldAsync(rig));

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!(await ThresholdInvoicesAsync(rig)).Exists(i => i.Status is "paid"))
        {
            await Task.Delay(20, patience.Token);
        }

        await RefreshAsync(rig);
        var paid = Assert.Single(await ThresholdInvoicesAsync(rig));
        var view = await ReadAsync(rig);
        Assert.Equal((12_000L, (false, false), 0L), (paid.Total, WatchOf(view), view.Watch?.UnbilledMicros));
        Assert.Contains(view.Invoices, i => i is { TotalCents: 12_000, Status: "paid" });

        // It has paid: Stripe holds no threshold any more, until those who run the portal say so, or a payment fails.
        await ReportAsync(rig);
        Assert.Null((await SubscriptionAsync(rig)).BillingThresholds);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SetAsync(rig, AccountWatch.Always, Actor.Portal));
        await SetAsync(rig, AccountWatch.Always, Actor.Portal with { Via = PlatformLog.Via });
        await ReportAsync(rig);
        Assert.Equal(10_000, (await SubscriptionAsync(rig)).BillingThresholds?.AmountGte);
        await SetAsync(rig, AccountWatch.ByHistory, Actor.Portal with { Via = PlatformLog.Via });
        await rig.Client.V1.PaymentMethods.AttachAsync("pm_card_chargeCustomerFail", new() { Customer = paid.CustomerId });
        var failing = (await rig.Client.V1.PaymentMethods.ListAsync(new() { Customer = paid.CustomerId })).Data[0];
        var draft = (await rig.Client.V1.Invoices.ListAsync(new() { Customer = paid.CustomerId, Status = "draft" })).Data.Single();
        await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Invoices.PayAsync(draft.Id, new() { PaymentMethod = failing.Id }));
        await RefreshAsync(rig);
        Assert.Equal((true, false), WatchOf(await ReadAsync(rig)));
    }

    [Fact]
    public async Task CreditDiscountAndTax_OfStripe_StandOnThePlanAndItsInvoices()
    {
        await using var rig = await StripeRig.StartAsync();
        rig.AutomaticTax = true;
        await rig.Client.V1.Coupons.CreateAsync(new() { Id = "half", Name = "Start", PercentOff = 50, Duration = "repeating", DurationInMonths = 3 });
        await rig.Client.V1.PromotionCodes.CreateAsync(new() { Code = "START", Promotion = new() { Type = "coupon", Coupon = "half" } });
        await rig.BuyAsync("org_test", "team", code: "start");
        var view = await ReadAsync(rig);
        Assert.Equal(("Start: 50 % off", true, 0L), (view.Discount, view.DiscountEndsAt > view.TrialEndsAt, view.CreditCents));

        // Granted in Stripe's dashboard: the portal hears of it, and reads what is left.
        var (customer, until) = (await rig.CustomerOfAsync("org_test"), TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(90));
        await rig.Client.V1.Billing.CreditGrants.CreateAsync(new()
        {
            Customer = customer, Category = "promotional", ExpiresAt = until, Amount = new() { Type = "monetary", Monetary = new() { Currency = "usd", Value = 700 } },
            ApplicabilityConfig = new() { Scope = new() { PriceType = "metered" } },
        });
        foreach (var body in (await rig.Gateway.EventsSinceAsync(DateTime.UnixEpoch, s_none)).Where(b => b.Contains("billing.credit_grant.created", StringComparison.Ordinal)))
        {
            Assert.True(await rig.StoreAsync(body));
        }

        await rig.WorkAsync(rig.Jobs.Take());
        view = await ReadAsync(rig);
        Assert.Equal((700L, until.Date), (view.CreditCents, view.CreditExpiresAt?.Date));

        var subscription = await SubscriptionAsync(rig);
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { TrialEnd = SubscriptionTrialEnd.Now });
        var draft = (await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer, Status = "draft" })).Data.Single();
        await rig.Client.V1.Invoices.PayAsync(draft.Id);
        await RefreshAsync(rig);
        var invoice = (await ReadAsync(rig)).Invoices.Single(i => i.TotalCents > 0);
        // Half of 49 dollars, and nineteen percent on that.
        Assert.Equal((2_916L, 2_450L, 466L, 0L, "paid"), (invoice.TotalCents, invoice.DiscountCents, invoice.TaxCents, invoice.CreditCents, invoice.Status));
    }

    private static (bool, bool) WatchOf(PlanView view) => (view.Watch?.IsWatched ?? false, view.Watch?.IsReached ?? false);

    private static Task<PlanView> ReadAsync(StripeRig rig) => rig.ForAsync("org_test", s => s.GetRequiredService<PlanService>().ReadAsync(s_none));

    private static Task<int> RefreshAsync(StripeRig rig) => rig.ForAsync("org_test", async s =>
    {
        await s.GetRequiredService<PlanService>().RefreshAsync(s_none);
        return 0;
    });

    private static Task<int> ReportAsync(StripeRig rig) => rig.OutsideAsync(async s =>
    {
        await s.GetRequiredService<UsageReportWorker>().RunAsync("org_test", s_none);
        return 0;
    });

    private static Task<int> SetAsync(StripeRig rig, AccountWatch watch, Actor actor) => rig.ForAsync("org_test", async s =>
    {
        s.GetRequiredService<TenantScope>().ActAs(actor);
        await s.GetRequiredService<WatchService>().SetAsync(watch, s_none);
        return 0;
    });

    private static async Task<Subscription> SubscriptionAsync(StripeRig rig) =>
        (await rig.Client.V1.Subscriptions.ListAsync(new() { Customer = await rig.CustomerOfAsync("org_test") })).Data.Single();

    private static async Task<List<Invoice>> ThresholdInvoicesAsync(StripeRig rig) =>
        [.. (await rig.Client.V1.Invoices.ListAsync(new() { Customer = await rig.CustomerOfAsync("org_test"), Limit = 100 })).Data.Where(i => i.BillingReason is "subscription_threshold")];

    private static async Task<int> ToldAsync(StripeRig rig)
    {
        await using var db = rig.Database.CreateDbContext();
        return await db.Set<AuditEntry>().CountAsync(e => e.Action == "billing.threshold-reached");
    }

    /// <summary>At 30 cents for a million.</summary>
    private static async Task UseAsync(StripeRig rig, long quantity)
    {
        await using var db = rig.Database.CreateDbContext();
        db.UsageEvents.Add(new UsageEvent
        {
            ProjectId = "prj_1", Meter = Meter.InputTokens, Source = UsageSource.Endpoint, Quantity = quantity, PricePerMillion = 300_000, AmountMicros = Portal.Features.Billing.Quote.Price(quantity, 300_000),
            IdempotencyKey = "used", At = TimeProvider.System.GetUtcNow().UtcDateTime,
        });
        await db.SaveChangesAsync();
    }
}
