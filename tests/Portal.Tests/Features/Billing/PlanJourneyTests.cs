using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Stripe;
using Xunit;
using BillingService = Portal.Features.Billing.BillingService;
using PlanService = Portal.Features.Billing.PlanService;

namespace Portal.Tests.Features.Billing;

public sealed class PlanJourneyTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Plan_FromFreeThroughTrialDunningAndRecovery_LimitsAndTellsWhatHolds()
    {
        await using var rig = await StripeRig.StartAsync();
        Assert.Equal("free", (await ReadAsync(rig)).Plan.Id);
        await InviteesAsync(rig, 1);
        var full = await Assert.ThrowsAsync<PlanLimitException>(() => RequireAsync(rig, Limit.Members));
        Assert.Contains("2 of 2 members of the plan Free", full.Message, StringComparison.Ordinal);

        // Pressed twice at once: one customer, one page to pay on.
        var pages = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ =>
            rig.ForAsync("org_test", s => s.GetRequiredService<PlanService>().ChooseAsync("team", "http://portal.example/plan", s_none))));
        Assert.Equal(pages[0], pages[1]);
        Assert.Single((await rig.Client.V1.Customers.ListAsync()).Data);
        await rig.BuyAsync("org_test", "team");
        var view = await ReadAsync(rig);
        Assert.Equal(("team", SubscriptionState.Trialing, true), (view.Plan.Id, view.State, view.TrialEndsAt > view.Invoices[0].CreatedAt));
        Assert.Equal(new LimitUse(Limit.Members, 2, 10), view.Uses.Single(u => u.Limit is Limit.Members));
        await RequireAsync(rig, Limit.Members);

        // A smaller plan, or none, takes nothing away.
        await rig.BuyAsync("org_test", "business");
        Assert.Equal("business", (await ReadAsync(rig)).Plan.Id);
        var customer = await rig.CustomerOfAsync("org_test");
        var subscription = (await rig.Client.V1.Subscriptions.ListAsync(new() { Customer = customer })).Data.Single();
        await rig.Client.V1.PaymentMethods.AttachAsync("pm_card_chargeCustomerFail", new() { Customer = customer });
        var failing = (await rig.Client.V1.PaymentMethods.ListAsync(new() { Customer = customer })).Data[0];
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { DefaultPaymentMethod = failing.Id, TrialEnd = SubscriptionTrialEnd.Now });
        var draft = (await rig.Client.V1.Invoices.ListAsync(new() { Customer = customer, Status = "draft" })).Data.Single();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            await Assert.ThrowsAsync<StripeException>(() => rig.Client.V1.Invoices.PayAsync(draft.Id));
            await RefreshAsync(rig);
            Assert.Equal(attempt < 3 ? SubscriptionState.PastDue : SubscriptionState.Unpaid, (await ReadAsync(rig)).State);
            Assert.Equal(attempt < 3, await MayReserveAsync(rig, $"job_{attempt}"));
        }

        var working = (await rig.Client.V1.PaymentMethods.ListAsync(new() { Customer = customer })).Data.Last();
        await rig.Client.V1.Invoices.PayAsync(draft.Id, new() { PaymentMethod = working.Id });
        await RefreshAsync(rig);
        view = await ReadAsync(rig);
        Assert.Equal((SubscriptionState.Active, "paid"), (view.State, view.Invoices.Single(i => i.TotalCents > 0).Status));
        Assert.True(await MayReserveAsync(rig, "job_paid"));

        await rig.Client.V1.Subscriptions.CancelAsync(subscription.Id);
        await RefreshAsync(rig);
        view = await ReadAsync(rig);
        Assert.Equal(("free", SubscriptionState.Ended, 2L), (view.Plan.Id, view.State, view.Uses.Single(u => u.Limit is Limit.Members).Used));
        await using var db = rig.Database.CreateDbContext();
        Assert.Contains("billing.changed", await db.Set<Portal.Persistence.AuditEntry>().Select(e => e.Action).ToListAsync());
    }

    [Fact]
    public async Task Events_InAnyOrderAndNumber_EndInTheSameState()
    {
        await using var rig = await StripeRig.StartAsync();
        await rig.BuyAsync("org_test", "team");
        await rig.BuyAsync("org_other", "business");
        var customer = await rig.CustomerOfAsync("org_test");
        var subscription = (await rig.Client.V1.Subscriptions.ListAsync(new() { Customer = customer })).Data.Single();
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { CancelAtPeriodEnd = true });
        await rig.Client.V1.Subscriptions.UpdateAsync(subscription.Id, new() { CancelAtPeriodEnd = false });
        var bodies = await rig.Gateway.EventsSinceAsync(DateTime.UnixEpoch, s_none);
        Assert.True(bodies.Count > 15);
        await RefreshAsync(rig);
        var expected = await StateAsync(rig);
        for (var seed = 0; seed < 20; seed++)
        {
            await ForgetAsync(rig);
            var order = bodies.Concat(bodies).Concat(bodies).ToArray();
            new Random(seed).Shuffle(order);
            foreach (var body in order)
            {
                Assert.True(await rig.StoreAsync(body));
            }

            var jobs = rig.Jobs.Take().Concat(rig.Jobs.Take()).ToArray();
            new Random(seed).Shuffle(jobs);
            await rig.WorkAsync(jobs.Concat(jobs));
            Assert.Equal(expected, await StateAsync(rig));
        }

        // What no webhook brought is found by asking.
        await ForgetAsync(rig);
        await rig.StoreAsync(bodies[^1]);
        using var catchUp = new StripeCatchUp(rig.Scopes, rig.Gateway, TimeProvider.System, NullLogger<StripeCatchUp>.Instance);
        Assert.Equal(bodies.Count - 1, await catchUp.CatchUpAsync(s_none));
        Assert.Equal(0, await catchUp.CatchUpAsync(s_none));
        await rig.WorkAsync(rig.Jobs.Take());
        Assert.Equal(expected, await StateAsync(rig));

        // A process reads days once, and from then on what is new since; the next process reads them again.
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddHours(2));
        using var longRunning = new StripeCatchUp(rig.Scopes, rig.Gateway, later, NullLogger<StripeCatchUp>.Instance);
        await ForgetAsync(rig);
        Assert.Equal(bodies.Count, await longRunning.CatchUpAsync(s_none));
        await ForgetAsync(rig);
        Assert.Equal(0, await longRunning.CatchUpAsync(s_none));
        using var restarted = new StripeCatchUp(rig.Scopes, rig.Gateway, later, NullLogger<StripeCatchUp>.Instance);
        Assert.Equal(bodies.Count, await restarted.CatchUpAsync(s_none));
    }

    [Fact]
    public async Task Events_ThatAreNotWhatTheySay_AreKeptAndTouchNobody()
    {
        await using var rig = await StripeRig.StartAsync();
        await rig.BuyAsync("org_test", "team");
        var (customer, before) = (await rig.CustomerOfAsync("org_test"), await StateAsync(rig));
        foreach (var (change, state, problem) in new (Action<JsonObject>, StripeEventState, string)[]
        {
            (e => e["data"]!["object"]!["metadata"] = new JsonObject { ["tenant"] = "org_other" }, StripeEventState.Refused, "names another organization"),
            (e => e["livemode"] = true, StripeEventState.Refused, "other mode"),
            (e => e["type"] = "unheard.of", StripeEventState.Kept, "does not know this type"),
            (e => e["data"]!["object"]!["customer"] = "cus_nobody", StripeEventState.Kept, "no organization's here"),
            (e => e["data"]!["object"]!.AsObject().Remove("customer"), StripeEventState.Kept, "names no customer"),
            (e => e["api_version"] = "2019-01-01", StripeEventState.Waiting, "version 2019-01-01"),
            (e => e.Remove("api_version"), StripeEventState.Waiting, "version"),
            (e => e["type"] = "charge.succeeded", StripeEventState.Kept, ""),
        })
        {
            var message = new JsonObject
            {
                ["id"] = $"evt_{Guid.NewGuid():N}", ["object"] = "event", ["api_version"] = StripeGateway.ApiVersion, ["created"] = 1_700_000_000, ["livemode"] = false, ["type"] = "invoice.paid",
                ["data"] = new JsonObject { ["object"] = new JsonObject { ["object"] = "invoice", ["customer"] = customer, ["metadata"] = new JsonObject() } },
            };
            change(message);
            Assert.True(await rig.StoreAsync(message.ToJsonString()));
            var stored = await StoredAsync(rig, (string)message["id"]!);
            Assert.Equal(state, stored.State);
            Assert.Contains(problem, stored.Problem, StringComparison.Ordinal);
            Assert.Equal(problem is "", stored.Problem is "");
        }

        // Someone at Stripe marks our customer as another's: refused when it is read.
        await rig.Client.V1.Customers.UpdateAsync(customer, new() { Metadata = new() { ["tenant"] = "org_other" } });
        await rig.WorkAsync(rig.Jobs.Take());
        Assert.Equal(before, await StateAsync(rig));
        await using var db = rig.Database.For(null).CreateDbContext();
        Assert.Contains(await new FailedStripeEvents(rig.Jobs).Of(db).ToListAsync(), f => f.Stored.Contains("marked as another", StringComparison.Ordinal));
    }

    private static Task<PlanView> ReadAsync(StripeRig rig) => rig.ForAsync("org_test", s => s.GetRequiredService<PlanService>().ReadAsync(s_none));

    private static Task<int> RefreshAsync(StripeRig rig) => rig.ForAsync("org_test", async s =>
    {
        await s.GetRequiredService<PlanService>().RefreshAsync(s_none);
        return 0;
    });

    private static Task<int> RequireAsync(StripeRig rig, Limit limit) => rig.ForAsync("org_test", async s =>
    {
        await using var db = await s.GetRequiredService<IDbContextFactory<Portal.Persistence.PortalDbContext>>().CreateDbContextAsync();
        await s.GetRequiredService<EntitlementService>().RequireRoomAsync(db, limit, s_none);
        return 0;
    });

    private static async Task InviteesAsync(StripeRig rig, int count)
    {
        for (var n = 0; n < count; n++)
        {
            await rig.Database.SetMemberAsync("org_test", $"usr_more_{n}", MemberRole.Editor);
        }
    }

    private static Task<bool> MayReserveAsync(StripeRig rig, string subject) => rig.ForAsync("org_test", async s =>
    {
        await using var db = await s.GetRequiredService<IDbContextFactory<Portal.Persistence.PortalDbContext>>().CreateDbContextAsync();
        try
        {
            s.GetRequiredService<BillingService>().Reserve(db, "prj_1", subject, new Portal.Features.Billing.Quote(1, 1));
            return true;
        }
        catch (PortalException refused)
        {
            Assert.Contains("pays the open invoice", refused.Message, StringComparison.Ordinal);
            return false;
        }
    });

    private static async Task<StripeEvent> StoredAsync(StripeRig rig, string stripeEvent)
    {
        await using var db = rig.Database.For(null).CreateDbContext();
        return await db.StripeEvents.AsNoTracking().SingleAsync(e => e.Event == stripeEvent);
    }

    /// <summary>All that an event may change, of both organisations; when it was read is not part of it.</summary>
    private static async Task<string> StateAsync(StripeRig rig)
    {
        List<object> state = [];
        foreach (var tenant in new[] { "org_test", "org_other" })
        {
            await using var db = rig.Database.For(tenant).CreateDbContext();
            state.Add(await db.BillingAccounts.AsNoTracking().Select(a => new { a.Customer, a.Subscription, a.PlanId, a.State, a.TrialEndsAt, a.PeriodStartAt, a.PeriodEndsAt, a.EndsAt, a.BillableFromAt }).ToListAsync());
            state.Add(await db.BillingInvoices.AsNoTracking().OrderBy(i => i.Invoice).Select(i => new { i.Invoice, i.Number, i.Status, i.TotalCents, i.DueCents, i.PageUrl }).ToListAsync());
        }

        return JsonSerializer.Serialize(state);
    }

    private static async Task ForgetAsync(StripeRig rig)
    {
        foreach (var tenant in new[] { "org_test", "org_other" })
        {
            await using var db = rig.Database.For(tenant).CreateDbContext();
            await db.BillingInvoices.ExecuteDeleteAsync();
            await db.BillingAccounts.ExecuteUpdateAsync(a => a.SetProperty(x => x.State, SubscriptionState.None).SetProperty(x => x.PlanId, "").SetProperty(x => x.ReadAt, (DateTime?)null));
        }

        await using var outside = rig.Database.CreateDbContextFor(new Portal.Persistence.TenantScope());
        await outside.StripeEvents.ExecuteDeleteAsync();
        rig.Jobs.Take();
    }
}
