using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class UsageDayTests
{
    private static readonly string[] s_projects = ["prj_1", "prj_2", "prj_3"];

    /// <summary>Whatever is asked is answered as the ledger answers it: of days that are added up, of today, and of both.</summary>
    [Fact]
    public async Task Sums_OfDaysAddedUp_AreThoseOfTheLedger()
    {
        using var rig = new CostRig("2026-10-20T10:00:00Z");
        await UseAsync(rig, "2026-10-20", "2026-10-31", "2026-11-01", "2026-11-02", "2026-11-14");
        rig.Time.SetUtcNow(CostRig.At("2026-11-14T23:00:00Z"));
        var before = await AllAsync(rig);

        await rig.AddUpAsync();
        await rig.AddUpAsync();

        Assert.Equal(before, await AllAsync(rig));
        Assert.Equal(4, await rig.ReadAsync(db => db.UsageDays.Select(d => d.From).Distinct().CountAsync()));
        Assert.Equal(4 * 12, await rig.ReadAsync(db => db.UsageDays.SumAsync(d => d.Events)));
        // It is the days that are read.
        await rig.ReadAsync(db => db.UsageDays.Where(d => d.From == new DateTime(2026, 11, 2, 0, 0, 0, DateTimeKind.Utc)).ExecuteUpdateAsync(set => set.SetProperty(d => d.AmountMicros, 0)));
        Assert.NotEqual(before, await AllAsync(rig));
    }

    [Fact]
    public async Task Fact_ThatComesLate_CountsAtOnceAndIsAddedUpWithTheNextDay()
    {
        using var rig = new CostRig("2026-11-10T10:00:00Z");
        await UseAsync(rig, "2026-11-10");
        rig.Time.SetUtcNow(CostRig.At("2026-11-11T02:00:00Z"));
        await rig.AddUpAsync();
        var charged = await rig.Billing.ChargedThisMonthAsync(CancellationToken.None);
        await rig.ReadAsync(db =>
        {
            db.UsageEvents.Add(new UsageEvent
            {
                ProjectId = "prj_1", Meter = Meter.InputTokens, Source = UsageSource.Endpoint, Quantity = 1_000_000, PricePerMillion = 7, AmountMicros = 7, IdempotencyKey = "late", At = CostRig.At("2026-11-10T23:59:00Z").UtcDateTime,
            });
            return db.SaveChangesAsync();
        });
        rig.Time.SetUtcNow(CostRig.At("2026-11-12T02:00:00Z"));

        Assert.Equal(charged + 7, await rig.Billing.ChargedThisMonthAsync(CancellationToken.None));
        Assert.Equal(charged + 7, (await rig.Costs.ReadAsync(null, CostBy.Day, CancellationToken.None)).AmountMicros);
        await rig.AddUpAsync();

        Assert.Equal((13, charged + 7), await rig.ReadAsync(async db => ((int)await db.UsageDays.SumAsync(d => d.Events), await db.UsageDays.SumAsync(d => d.AmountMicros))));
        Assert.Equal(charged + 7, await rig.Billing.ChargedThisMonthAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Organization_WithADayThatIsOver_IsDueOnce()
    {
        using var rig = new CostRig("2026-11-10T20:00:00Z");
        await rig.FoundAsync();
        await UseAsync(rig, "2026-11-10");

        Assert.Empty(await rig.DueAsync("2026-11-10T23:59:59Z"));
        Assert.Empty(await rig.DueAsync("2026-11-11T00:59:59Z"));
        Assert.Equal(["org_test"], await rig.DueAsync("2026-11-11T01:00:00Z"));
        rig.Time.SetUtcNow(CostRig.At("2026-11-11T01:00:00Z"));
        await rig.AddUpAsync();
        Assert.Empty(await rig.DueAsync("2026-11-11T01:00:00Z"));

        // A quiet day adds up to nothing, and the next use is found again.
        await UseAsync(rig, "2026-11-12");
        Assert.Empty(await rig.DueAsync("2026-11-12T23:00:00Z"));
        Assert.Equal(["org_test"], await rig.DueAsync("2026-11-13T01:00:00Z"));
        rig.Time.SetUtcNow(CostRig.At("2026-11-13T01:00:00Z"));
        await rig.AddUpAsync();
        Assert.Empty(await rig.DueAsync("2026-11-13T01:00:00Z"));
        Assert.Empty(await rig.ReadAsOtherAsync(db => db.UsageDays.ToListAsync()));
    }

    /// <summary>All organisations are asked once in a while, and one that a late fact makes due is found all the same.</summary>
    [Fact]
    public async Task Sweep_AsksAtTimes_AndFindsWhatComesLate()
    {
        using var rig = new CostRig("2026-11-10T20:00:00Z");
        await rig.FoundAsync();
        var sweep = new UsageDaySweep(rig.Work);
        Assert.Equal(0, await rig.SweepAsync(sweep, "2026-11-11T01:00:00Z"));
        await UseAsync(rig, "2026-11-10");

        Assert.Equal(0, await rig.SweepAsync(sweep, "2026-11-11T01:09:55Z"));
        Assert.Equal(1, await rig.SweepAsync(sweep, "2026-11-11T01:10:00Z"));
        Assert.Equal(0, await rig.SweepAsync(sweep, "2026-11-11T01:10:55Z"));
        // It was lost: it is woken again.
        Assert.Equal(1, await rig.SweepAsync(sweep, "2026-11-11T01:11:00Z"));
        rig.Time.SetUtcNow(CostRig.At("2026-11-11T01:11:01Z"));
        await rig.AddUpAsync();
        Assert.Equal(0, await rig.SweepAsync(sweep, "2026-11-11T01:12:00Z"));
        // A node that has just started knows nothing of that.
        Assert.Equal(0, await rig.SweepAsync(new UsageDaySweep(rig.Work), "2026-11-11T01:12:00Z"));
        Assert.Equal(2, rig.Work.Enqueued.Count);
    }

    /// <summary>Twelve events on each day.</summary>
    private static async Task UseAsync(CostRig rig, params string[] days)
    {
        var random = new Random(5);
        foreach (var day in days)
        {
            rig.Time.SetUtcNow(CostRig.At($"{day}T22:30:00Z"));
            await rig.RecordAsync([.. Enumerable.Range(0, 12).Select(i => new UsageFact(
                s_projects[random.Next(3)], (Meter)random.Next(3), (UsageSource)random.Next(5), random.Next(1, 9_999_999), random.Next(2) is 0 ? 300_000 : 2_500_000, "dep_1", $"{day}-{i}")
            {
                KeyId = random.Next(2) is 0 ? "key_1" : null, ByUserId = random.Next(2) is 0 ? "usr_1" : "",
            })]);
        }
    }

    /// <summary>Every figure of every month, as words.</summary>
    private static async Task<string> AllAsync(CostRig rig)
    {
        List<string> words = [$"{await rig.Billing.ChargedThisMonthAsync(CancellationToken.None)}"];
        foreach (var month in new[] { "2026-10", "2026-11" })
        {
            foreach (var by in Enum.GetValues<CostBy>())
            {
                var costs = await rig.Costs.ReadAsync(month, by, CancellationToken.None);
                words.Add($"{month} {by} {costs.AmountMicros} {costs.BeforeMicros} {costs.Forecast?.LikelyMicros}");
                words.AddRange([.. costs.Groups.Select(g => $"{g}"), .. costs.Days.Select(d => $"{d}"), .. costs.Lines.Select(l => $"{l}")]);
            }

            words.AddRange((await rig.CsvAsync(month)).Order(StringComparer.Ordinal));
        }

        return string.Join('\n', words);
    }
}
