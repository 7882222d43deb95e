using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Tests.Features.Billing;
using Xunit;

namespace Portal.Tests.Features.Data;

public sealed class StorageWorkerTests
{
    private static readonly CancellationToken s_none = CancellationToken.None;

    [Fact]
    public async Task Storage_OfADay_IsMeteredOnceByProjectAndReachesStripe()
    {
        // A clock that stands still, so that no midnight passes, and later than the purchase, which is made at the sandbox's time.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(4));
        await using var rig = await StripeRig.StartAsync(time);
        await rig.BuyAsync("org_test", "team");
        var before = time.GetUtcNow().UtcDateTime.Date.AddMinutes(-1);
        var (one, two) = (await ProjectAsync(rig, "One"), await ProjectAsync(rig, "Two"));
        await KeepAsync(rig, one, "a", 2_000_000_000, before);
        await KeepAsync(rig, one, "a", 2_000_000_000, before);
        await KeepAsync(rig, two, "b", 1, before);
        await KeepAsync(rig, two, "c", 5_000_000_000, before.AddMinutes(1));

        Assert.Equal(1, await SweepAsync(rig, time));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => MeterAsync(rig, "org_test")));
        Assert.Equal(0, await SweepAsync(rig, time));
        await using (var db = rig.Database.CreateDbContext())
        {
            var kept = await db.UsageEvents.AsNoTracking().OrderByDescending(u => u.Quantity).ToListAsync();
            Assert.Equal([(one, 2_000L, 6_000L), (two, 1L, 3L)], kept.Select(u => (u.ProjectId, u.Quantity, u.AmountMicros)));
            Assert.All(kept, u => Assert.Equal((Meter.StorageMegabyteDays, UsageSource.Storage), (u.Meter, u.Source)));
        }

        // A subscription of before there was this meter is given its price, and the invoice names it.
        var customer = await rig.CustomerOfAsync("org_test");
        var sold = (await rig.Client.V1.Subscriptions.ListAsync(new() { Customer = customer })).Data.Single();
        var item = sold.Items.Data.Single(i => i.Price.LookupKey == "portal_storage_megabyte_days_usage");
        await rig.Client.V1.Subscriptions.UpdateAsync(sold.Id, new() { Items = [new() { Id = item.Id, Deleted = true }] });
        await ReportAsync(rig);
        sold = await rig.Client.V1.Subscriptions.GetAsync(sold.Id);
        Assert.Equal(Enum.GetValues<Meter>().Length + 1, sold.Items.Data.Count);
        var minute = new DateTime(time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await rig.Gateway.SummaryAsync(customer, Meter.StorageMegabyteDays, minute, minute.AddMinutes(1), s_none) is not 6_003)
        {
            await Task.Delay(20, patience.Token);
        }

        var ahead = await rig.Client.V1.Invoices.CreatePreviewAsync(new() { Customer = customer, Subscription = sold.Id });
        Assert.Contains(ahead.Lines.Data, l => l.Description.Contains("6003 × Storage, megabyte-days", StringComparison.Ordinal));

        time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, await SweepAsync(rig, time));
        await MeterAsync(rig, "org_test");
        await using var next = rig.Database.CreateDbContext();
        Assert.Equal((4, 5_001L), (await next.UsageEvents.CountAsync(), await next.UsageEvents.Where(u => u.ProjectId == two).MaxAsync(u => u.Quantity)));
    }

    private static async Task<string> ProjectAsync(StripeRig rig, string name)
    {
        await using var db = rig.Database.CreateDbContext();
        var project = new Project { CreatedByUserId = "usr_1", CreatedAt = db.Now };
        project.Rename(name);
        db.Add(project);
        await db.SaveChangesAsync();
        return project.Id;
    }

    private static async Task KeepAsync(StripeRig rig, string project, string blob, long length, DateTime at)
    {
        await using var db = rig.Database.CreateDbContext();
        db.Add(new DatasetImport { ProjectId = project, FileName = "a.csv", BlobName = blob, Length = length, Sha256 = "", UploadedAt = at });
        await db.SaveChangesAsync();
    }

    private static async Task<int> SweepAsync(StripeRig rig, TimeProvider time)
    {
        await using var db = rig.Database.For(null).CreateDbContext();
        return await new StorageSweep(rig.Jobs).EnqueueLostAsync(db, time.GetUtcNow().UtcDateTime, s_none);
    }

    private static Task<int> MeterAsync(StripeRig rig, string tenantId) => rig.OutsideAsync(async s =>
    {
        await s.GetRequiredService<StorageWorker>().RunAsync(tenantId, s_none);
        return 0;
    });

    private static Task<int> ReportAsync(StripeRig rig) => rig.OutsideAsync(async s =>
    {
        await s.GetRequiredService<UsageReportWorker>().RunAsync("org_test", s_none);
        return 0;
    });
}
