using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class CostServiceTests
{
    [Theory]
    [InlineData("2026-11-30T23:59:59.999Z", "2026-11-30T23:59:59.999Z", 1)]
    [InlineData("2026-11-30T23:59:59.999Z", "2026-12-01T00:00:00Z", 0)]
    [InlineData("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", 1)]
    [InlineData("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", 0)]
    [InlineData("2028-02-01T00:00:00Z", "2028-02-29T23:59:59Z", 1)]
    public async Task Month_AtTheBorder_BeginsAtMidnightUtc(string usedAt, string readAt, int lines)
    {
        using var rig = new CostRig(usedAt);
        await rig.RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 1_000_000, 300_000, "dep_1", "a"));
        rig.Time.SetUtcNow(CostRig.At(readAt));

        var month = await rig.Costs.ReadAsync(null, CostBy.Project, CancellationToken.None);

        Assert.Equal((lines, lines * 300_000), (month.Lines.Count, month.AmountMicros));
        Assert.Equal(month.AmountMicros, await rig.Billing.ChargedThisMonthAsync(CancellationToken.None));
        Assert.Equal((1 - lines) * 300_000, month.BeforeMicros);
        Assert.Equal((1, 0, 0, DateTimeKind.Utc), (month.From.Day, month.From.Hour, month.From.Minute, month.From.Kind));
        Assert.True(month.IsCurrent);
    }

    [Theory]
    [InlineData(MemberRole.Owner, true)]
    [InlineData(MemberRole.Admin, true)]
    [InlineData(MemberRole.Billing, true)]
    [InlineData(MemberRole.Editor, false)]
    [InlineData(MemberRole.Reviewer, false)]
    [InlineData(MemberRole.Viewer, false)]
    public async Task Sums_ByRole_AreForThoseWhoSeeCosts(MemberRole role, bool sees)
    {
        using var rig = new CostRig("2026-11-10T00:00:00Z");
        rig.Current.Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new System.Security.Claims.ClaimsPrincipal());

        Assert.Equal(sees, rig.Billing.MayView);
        if (sees)
        {
            Assert.Equal(0, (await rig.Costs.ReadAsync(null, CostBy.Project, CancellationToken.None)).AmountMicros);
            Assert.Equal(0, await rig.Billing.ChargedForProjectAsync("prj_1", CancellationToken.None));
            return;
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => rig.Costs.ReadAsync(null, CostBy.Project, CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => rig.Billing.ChargedThisMonthAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => rig.Billing.ChargedForProjectAsync("prj_1", CancellationToken.None));
    }

    [Fact]
    public async Task Breakdowns_OfAMonth_AllComeToItsTotal()
    {
        using var rig = new CostRig("2026-10-05T10:00:00Z");
        await rig.RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 1_000, 300_000, "dep_1", "before"));
        var random = new Random(3);
        for (var day = 1; day <= 12; day++)
        {
            rig.Time.SetUtcNow(CostRig.At($"2026-11-{day:00}T08:00:00Z"));
            await rig.RecordAsync([.. Enumerable.Range(0, 8).Select(i => new UsageFact(
                $"prj_{random.Next(3)}", (Meter)random.Next(3), (UsageSource)random.Next(5), random.Next(1, 9_999_999), random.Next(2) is 0 ? 300_000 : 2_500_000, "dep_1", $"{day}-{i}")
            {
                KeyId = random.Next(2) is 0 ? "key_1" : null, ByUserId = random.Next(2) is 0 ? "usr_1" : random.Next(2) is 0 ? "key_9" : "",
            })]);
        }

        var month = await rig.Costs.ReadAsync("2026-11", CostBy.Project, CancellationToken.None);

        Assert.True(month.AmountMicros > 0);
        var groups = new Dictionary<CostBy, IReadOnlyList<CostGroup>>();
        foreach (var by in Enum.GetValues<CostBy>())
        {
            groups[by] = (await rig.Costs.ReadAsync("2026-11", by, CancellationToken.None)).Groups;
            Assert.Equal(month.AmountMicros, groups[by].Sum(g => g.AmountMicros));
            Assert.Equal(by is CostBy.Day ? 0 : month.BeforeMicros, groups[by].Sum(g => g.BeforeMicros));
        }

        Assert.Equal(month.AmountMicros, month.Lines.Sum(l => l.AmountMicros));
        // What a program began is nobody's.
        Assert.Equal(["", "usr_1"], groups[CostBy.Person].Select(g => g.Id).Order(StringComparer.Ordinal));
        Assert.Equal("2026-11-01", groups[CostBy.Day][0].Id);
        var amounts = 0m;
        foreach (var line in (await rig.CsvAsync("2026-11")).Skip(1))
        {
            amounts += decimal.Parse(line.Split("\",\"")[9], System.Globalization.CultureInfo.InvariantCulture);
        }

        Assert.Equal(month.AmountMicros / 1_000_000m, amounts);
    }

    [Fact]
    public async Task Month_OfThePast_StandsAsItWas_AndOneAheadIsThePresent()
    {
        using var rig = new CostRig("2026-09-30T23:00:00Z");
        await rig.RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 1_000_000, 300_000, "dep_1", "a"));
        rig.Time.SetUtcNow(CostRig.At("2026-11-10T00:00:00Z"));

        var past = await rig.Costs.ReadAsync("2026-09", CostBy.Project, CancellationToken.None);

        Assert.Equal(("2026-09", false, 300_000, null), (past.Key, past.IsCurrent, past.AmountMicros, past.Forecast));
        Assert.Equal((past.From, 11), (past.First, past.Last.Month));
        foreach (var odd in new[] { "2026-12", "2026-13", "9999-12", "0001-01", "nonsense", "" })
        {
            Assert.Equal("2026-11", (await rig.Costs.ReadAsync(odd, CostBy.Project, CancellationToken.None)).Key);
        }
    }

    [Fact]
    public async Task Lines_OfTwoPrices_AreKeptApart()
    {
        using var rig = new CostRig("2026-11-10T00:00:00Z");
        await rig.RecordAsync(
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 10, 300_000, "dep_1", "a"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 20, 300_000, "dep_1", "b"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 40, 600_000, "dep_1", "c"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Playground, 80, 300_000, "dep_1", "d"));

        var month = await rig.Costs.ReadAsync(null, CostBy.Project, CancellationToken.None);

        Assert.Equal(
            [(UsageSource.Endpoint, 300_000, 30), (UsageSource.Endpoint, 600_000, 40), (UsageSource.Playground, 300_000, 80)],
            month.Lines.Select(l => (l.Source, l.PricePerMillion, l.Quantity)));
    }

    [Fact]
    public async Task Month_OfAnotherOrganisation_IsItsOwn()
    {
        using var rig = new CostRig("2026-11-10T00:00:00Z");
        await rig.RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 10, 300_000, "dep_1", "a"));

        Assert.Empty((await rig.CostsOf("org_other").ReadAsync(null, CostBy.Project, CancellationToken.None)).Lines);
    }

    [Fact]
    public async Task Csv_OfANameThatIsAFormula_IsHarmlessText()
    {
        using var rig = new CostRig("2026-11-10T00:00:00Z");
        await rig.RecordAsync(new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 1_500, 300_000, "dep_1", "a"));
        rig.Subjects.Names["prj_1"] = "=cmd(\"a\",1)";

        var csv = await rig.CsvAsync(null);

        Assert.Equal("""
            "2026-11-10","'=cmd(""a"",1)","prj_1","Calls to the endpoint","Input tokens","","","1500","0.3","0.00045","USD"
            """, csv[1]);
    }
}
