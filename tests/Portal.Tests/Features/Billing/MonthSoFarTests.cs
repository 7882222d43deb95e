using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class MonthSoFarTests
{
    [Theory]
    [InlineData("2026-11-30T23:59:59.999Z", "2026-11-30T23:59:59.999Z", 1)]
    [InlineData("2026-11-30T23:59:59.999Z", "2026-12-01T00:00:00Z", 0)]
    [InlineData("2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z", 1)]
    [InlineData("2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", 0)]
    [InlineData("2028-02-01T00:00:00Z", "2028-02-29T23:59:59Z", 1)]
    public async Task MonthSoFar_AtTheBorder_BeginsAtMidnightUtc(string usedAt, string readAt, int lines)
    {
        var time = new FakeTimeProvider(At(usedAt));
        using var database = new PortalDatabase(time);
        var billing = new BillingService(database, new CurrentMember(database.Scope), time);
        await RecordAsync(database, billing, new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 1_000_000, 300_000, "dep_1", "a"));
        time.SetUtcNow(At(readAt));

        var month = await billing.MonthSoFarAsync(CancellationToken.None);

        Assert.Equal(lines, month.Lines.Count);
        Assert.Equal(lines * 300_000, month.ChargedMicros);
        Assert.Equal((1, 0, 0, DateTimeKind.Utc), (month.From.Day, month.From.Hour, month.From.Minute, month.From.Kind));
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
        using var database = new PortalDatabase();
        var current = new CurrentMember(database.Scope);
        current.Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new System.Security.Claims.ClaimsPrincipal());
        var billing = new BillingService(database, current, TimeProvider.System);

        Assert.Equal(sees, billing.MayView);
        if (sees)
        {
            Assert.Equal(0, (await billing.MonthSoFarAsync(CancellationToken.None)).ChargedMicros);
            Assert.Equal(0, await billing.ChargedForProjectAsync("prj_1", CancellationToken.None));
            return;
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => billing.MonthSoFarAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ForbiddenException>(() => billing.ChargedForProjectAsync("prj_1", CancellationToken.None));
    }

    [Fact]
    public async Task MonthSoFar_OfTwoPrices_KeepsThemApart()
    {
        using var database = new PortalDatabase();
        var billing = new BillingService(database, new CurrentMember(database.Scope), TimeProvider.System);
        await RecordAsync(database, billing,
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 10, 300_000, "dep_1", "a"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 20, 300_000, "dep_1", "b"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 40, 600_000, "dep_1", "c"),
            new UsageFact("prj_1", Meter.InputTokens, UsageSource.Playground, 80, 300_000, "dep_1", "d"));

        var month = await billing.MonthSoFarAsync(CancellationToken.None);

        Assert.Equal(
            [(UsageSource.Endpoint, 300_000, 30), (UsageSource.Endpoint, 600_000, 40), (UsageSource.Playground, 300_000, 80)],
            month.Lines.Select(l => (l.Source, l.PricePerMillion, l.Quantity)).OrderBy(l => l.Source).ThenBy(l => l.PricePerMillion));
        Assert.Equal(month.ChargedMicros, month.Lines.Sum(l => l.AmountMicros));
    }

    [Fact]
    public async Task MonthSoFar_OfAnotherOrganisation_IsItsOwn()
    {
        using var database = new PortalDatabase();
        await RecordAsync(database, new BillingService(database, new CurrentMember(database.Scope), TimeProvider.System), new UsageFact("prj_1", Meter.InputTokens, UsageSource.Endpoint, 10, 300_000, "dep_1", "a"));

        var month = await new BillingService(database.For("org_other"), new CurrentMember(database.Scope), TimeProvider.System).MonthSoFarAsync(CancellationToken.None);

        Assert.Empty(month.Lines);
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task RecordAsync(PortalDatabase database, BillingService billing, params UsageFact[] facts)
    {
        await using var db = database.CreateDbContext();
        foreach (var fact in facts)
        {
            billing.Record(db, fact);
        }

        await db.SaveChangesAsync();
    }
}
