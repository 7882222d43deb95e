using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class UsageReportTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Usage_ThroughFaultsAndKills_ReachesStripeOnce()
    {
        await using var rig = await StripeRig.StartAsync();
        await UseAsync(rig, "org_test", "before", 1, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-1));
        await rig.BuyAsync("org_test", "team");
        // Its threshold is set with the first report, so that the faults below meet usage.
        await ReportAsync(rig);
        for (var n = 0; n < 5; n++)
        {
            await UseAsync(rig, "org_test", $"key_{n}", 1_000_000);
            await UseAsync(rig, "org_other", $"key_{n}", 1_000_000);
        }

        // Woken only for who pays.
        await using (var db = rig.Database.For(null).CreateDbContext())
        {
            Assert.Equal(1, await new UsageReportSweep(rig.Jobs).EnqueueLostAsync(db, TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1), s_none));
        }

        // Done and not heard of, twice; then refused for being busy. The reports go on where they stood.
        foreach (var fault in new[] { """{"kind":"stripe","method":"POST","dropReply":true,"calls":3}""", """{"kind":"stripe","method":"POST","status":429,"calls":3}""" })
        {
            using var content = new StringContent(fault, Encoding.UTF8, "application/json");
            using var http = new HttpClient();
            (await http.PostAsync($"{rig.Address}/sandbox/faults", content)).EnsureSuccessStatusCode();
            await ReportAsync(rig);
        }

        for (var round = 0; round < 4; round++)
        {
            await ReportAsync(rig);
        }

        Assert.Equal((5, 0, 0), await StatesAsync(rig));
        await Until(async () => await SumAsync(rig) is 1_500_000);

        // Killed between sending and saving, found when its lease has run out: told again, counted once.
        await LeftAsync(rig, SentAgo(minutes: 3));
        await ReportAsync(rig);
        Assert.Equal((5, 0, 0), await StatesAsync(rig));
        Assert.Equal(1_500_000, await SumAsync(rig));

        // Killed between sending and saving, found a day later: Stripe's sums say that it arrived.
        await UseAsync(rig, "org_test", "arrived", 1_000_000);
        await ReportAsync(rig);
        await Until(async () => await SumAsync(rig) is 1_800_000);
        await LeftAsync(rig, SentAgo(minutes: 25 * 60));
        await ReportAsync(rig);
        Assert.Equal((6, 0, 0), await StatesAsync(rig));
        Assert.Equal(1_800_000, await SumAsync(rig));
    }

    [Fact]
    public async Task Usage_TooOldOrNotTaken_IsLoudAndStopsNothing()
    {
        await using var rig = await StripeRig.StartAsync();
        await rig.BuyAsync("org_test", "team");
        await using (var db = rig.Database.CreateDbContext())
        {
            await db.BillingAccounts.ExecuteUpdateAsync(a => a.SetProperty(x => x.BillableFromAt, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-60)));
        }

        await UseAsync(rig, "org_test", "old", 1_000_000, TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(-36));
        await UseAsync(rig, "org_test", "fresh", 1_000_000);
        await ReportAsync(rig);

        Assert.Equal((1, 1, 0), await StatesAsync(rig));
        await using var platform = rig.Database.For(null).CreateDbContext();
        Assert.Contains("35 days", (await new FailedUsageReports(rig.Jobs).Of(platform).SingleAsync()).Stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ledger_ApartFromStripe_StopsTheInvoiceUntilTheyAgree()
    {
        await using var rig = await StripeRig.StartAsync(new Ahead(TimeSpan.FromMinutes(20)));
        await rig.BuyAsync("org_test", "team");
        var customer = await rig.CustomerOfAsync("org_test");
        await UseAsync(rig, "org_test", "told", 1_000_000);
        await ReportAsync(rig);
        await Until(async () => await SumAsync(rig) is 300_000);
        var draft = await rig.Client.V1.Invoices.CreateAsync(new() { Customer = customer, AutoAdvance = true });

        // A third of a percent is taken; two thirds are not, and the draft waits.
        await TellStripeAsync("first");
        await Until(async () => await SumAsync(rig) is 301_000);
        await AgainAsync();
        await GoesOnAsync();
        await TellStripeAsync("second");
        await Until(async () => await SumAsync(rig) is 302_000);
        await AgainAsync();
        var (held, advances) = await HeldAsync();
        Assert.Contains("the ledger has $0.30, Stripe $0.30, 0.66 % apart", Assert.Single(held), StringComparison.Ordinal);
        Assert.False(advances);

        await rig.Client.V1.Billing.MeterEventAdjustments.CreateAsync(new() { EventName = "portal_input_tokens", Type = "cancel", Cancel = new() { Identifier = "second" } });
        await AgainAsync();
        await GoesOnAsync();
        await using var db = rig.Database.CreateDbContext();
        Assert.Equal(["billing.usage-apart", "billing.usage-agrees"], (await db.Set<AuditEntry>().Where(e => e.Action.StartsWith("billing.usage-")).OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync()).TakeLast(2));

        Task TellStripeAsync(string identifier) => rig.Client.V1.Billing.MeterEvents.CreateAsync(
            new() { EventName = "portal_input_tokens", Identifier = identifier, Payload = new() { ["stripe_customer_id"] = customer, ["value"] = "1000" } });

        async Task AgainAsync()
        {
            await using (var own = rig.Database.CreateDbContext())
            {
                await own.BillingAccounts.ExecuteUpdateAsync(a => a.SetProperty(x => x.ReconciledAt, (DateTime?)null));
            }

            await ReportAsync(rig);
        }

        async Task GoesOnAsync()
        {
            var (none, goesOn) = await HeldAsync();
            Assert.Empty(none);
            Assert.True(goesOn);
        }

        async Task<(IReadOnlyList<string> Held, bool Advances)> HeldAsync()
        {
            await using var platform = rig.Database.For(null).CreateDbContext();
            return ([.. await new FailedReconciliations(rig.Jobs).Of(platform).Select(f => f.Stored).ToListAsync()], (await rig.Client.V1.Invoices.GetAsync(draft.Id)).AutoAdvance);
        }
    }

    private static Task<int> ReportAsync(StripeRig rig) => rig.OutsideAsync(async s =>
    {
        await s.GetRequiredService<UsageReportWorker>().RunAsync("org_test", s_none);
        return 0;
    });

    /// <summary>As the ledger has it: a million tokens at 30 cents.</summary>
    private static async Task UseAsync(StripeRig rig, string tenantId, string key, long quantity, DateTime? at = null)
    {
        await using var db = rig.Database.For(tenantId).CreateDbContext();
        db.UsageEvents.Add(new UsageEvent
        {
            ProjectId = "prj_1", Meter = Meter.InputTokens, Source = UsageSource.Endpoint, Quantity = quantity, PricePerMillion = 300_000, AmountMicros = Quote.Price(quantity, 300_000),
            IdempotencyKey = key, At = at ?? TimeProvider.System.GetUtcNow().UtcDateTime,
        });
        await db.SaveChangesAsync();
    }

    private static DateTime SentAgo(int minutes) => TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-minutes);

    /// <summary>As a process leaves the last report, and its lease, that was killed before it saved what Stripe said.</summary>
    private static async Task LeftAsync(StripeRig rig, DateTime sentAt)
    {
        await using var db = rig.Database.CreateDbContext();
        var last = await db.UsageReports.OrderByDescending(r => r.UsedAt).FirstAsync();
        var entry = db.Entry(last);
        (entry.Property(r => r.State).CurrentValue, entry.Property(r => r.SentAt).CurrentValue) = (UsageReportState.Sending, sentAt);
        Assert.True((await db.BillingAccounts.SingleAsync()).TryLease("of the killed", sentAt, TimeSpan.FromMinutes(2)));
        await db.SaveChangesAsync();
    }

    private static async Task<(int Delivered, int Refused, int UnderWay)> StatesAsync(StripeRig rig)
    {
        await using var db = rig.Database.CreateDbContext();
        var states = await db.UsageReports.AsNoTracking().Select(r => r.State).ToListAsync();
        return (states.Count(s => s is UsageReportState.Delivered), states.Count(s => s is UsageReportState.Refused), states.Count(s => s is UsageReportState.Waiting or UsageReportState.Sending));
    }

    private static async Task<long> SumAsync(StripeRig rig)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var minute = new DateTime(now.Ticks - (now.Ticks % TimeSpan.TicksPerMinute), DateTimeKind.Utc);
        return await rig.Gateway.SummaryAsync(await rig.CustomerOfAsync("org_test"), Meter.InputTokens, minute.AddHours(-1), minute.AddHours(1), s_none);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
