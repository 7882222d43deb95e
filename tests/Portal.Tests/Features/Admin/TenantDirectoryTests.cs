using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Features.Admin;
using Portal.Features.Billing;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class TenantDirectoryTests : IDisposable
{
    private readonly AdminRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("NORTH", "northwind")]
    [InlineData("wind", "northwind")]
    [InlineData("travel", "northwind")]
    [InlineData(" harbour ", "harbour")]
    [InlineData("100%_", "")]
    public async Task List_BySearch_FindsByNameAndAddress(string search, string expected)
    {
        await _rig.AddTenantAsync("northwind", "Northwind Travel");
        await _rig.AddTenantAsync("harbour", "Harbour Insurance");
        var pat = await _rig.AsAdminAsync();

        var found = await pat.GetRequiredService<TenantDirectory>().ListAsync(search, suspendedOnly: false, 0, CancellationToken.None);

        Assert.Equal(expected, string.Join(',', found.Rows.Select(r => r.Slug)));
        Assert.Equal(found.Rows.Count, found.Total);
    }

    [Fact]
    public async Task List_OfManyOrganizations_IsPagedAndFindsAnId()
    {
        var last = await _rig.AddTenantAsync("org-00", "Organization 00");
        var directory = (await _rig.AsAdminAsync()).GetRequiredService<TenantDirectory>();
        var asked = await _rig.Commands.DuringAsync(() => directory.ListAsync(null, false, 0, CancellationToken.None));
        for (var i = 1; i < 60; i++)
        {
            last = await _rig.AddTenantAsync($"org-{i:00}", $"Organization {i:00}");
        }

        // A full page asks no more than that of a single one.
        Assert.Equal(asked, await _rig.Commands.DuringAsync(() => directory.ListAsync(null, false, 0, CancellationToken.None)));
        Assert.InRange(asked, 1, 40);

        var third = await directory.ListAsync(null, false, 50, CancellationToken.None);
        Assert.Equal((60, 50, 10), (third.Total, third.From, third.Rows.Count));
        Assert.Equal("Organization 50", third.Rows[0].Name);
        Assert.Equal(50, (await directory.ListAsync(null, false, 5_000, CancellationToken.None)).From);
        Assert.Equal(0, (await directory.ListAsync(null, false, -3, CancellationToken.None)).From);
        Assert.Equal("org-59", Assert.Single((await directory.ListAsync(last, false, 0, CancellationToken.None)).Rows).Slug);
        Assert.Empty((await directory.ListAsync(null, true, 0, CancellationToken.None)).Rows);
    }

    [Fact]
    public async Task Figures_AreOfTheOrganizationAloneAndOfThisMonth()
    {
        await _rig.SignInAsync("olivia", "northwind");
        await _rig.SignInAsync("erik", "northwind", MemberRole.Editor);
        var (northwind, harbour) = (await _rig.AddTenantAsync("northwind"), await _rig.AddTenantAsync("harbour"));
        await UseAsync(northwind, 2_000, _rig.Now.AddDays(-1));
        await UseAsync(northwind, 40_000, _rig.Now.AddDays(-40));
        await UseAsync(harbour, 700, _rig.Now.AddDays(-2));
        await GiveUpAMailAsync(northwind);
        await _rig.ReadAsync(northwind, async db =>
        {
            var account = db.Add(new BillingAccount()).Entity;
            account.Take(new SubscriptionFacts("sub_1", Plans.Team.Id, SubscriptionState.PastDue, _rig.Now, null, null, null, null), _rig.Now);
            return await db.SaveChangesAsync();
        });
        var directory = (await _rig.AsAdminAsync()).GetRequiredService<TenantDirectory>();

        var list = await directory.ListAsync(null, false, 0, CancellationToken.None);
        Assert.Equal([("harbour", 0, 700L, 0), ("northwind", 2, 2_000L, 1)], list.Rows.Select(r => (r.Slug, r.Members, r.MonthMicros, r.FailedThisWeek)));
        Assert.Equal(_rig.Now.AddDays(-2), list.Rows[0].LastActivityAt);
        Assert.Equal([("", ""), ("Team", "Overdue, tried again")], list.Rows.Select(r => (r.Plan, r.Payment)));

        var detail = await directory.GetAsync(northwind, CancellationToken.None);
        Assert.Equal([(MemberRole.Owner, 1), (MemberRole.Editor, 1)], detail.Members);
        Assert.Equal((2_000L, 1, 0), (detail.MonthMicros, detail.Projects, detail.LiveDeployments));
        Assert.Equal([("Mail", 1)], detail.Failed);
        await Assert.ThrowsAsync<NotFoundException>(() => directory.GetAsync("org_nobody", CancellationToken.None));
    }

    /// <summary>Whatever of it is added up: days of one organisation, of another not yet, and a fact of one that came late.</summary>
    [Fact]
    public async Task Month_OfDaysThatAreAddedUp_IsTheLedgers()
    {
        var (northwind, harbour, late) = (await _rig.AddTenantAsync("northwind"), await _rig.AddTenantAsync("harbour"), await _rig.AddTenantAsync("late"));
        foreach (var tenant in new[] { northwind, harbour, late })
        {
            await UseAsync(tenant, 2_000, _rig.Now.AddDays(-4));
            await UseAsync(tenant, 300, _rig.Now.AddDays(-1));
            await UseAsync(tenant, 50, _rig.Now.AddMinutes(-5), UsageSource.Tuning);
        }

        var directory = (await _rig.AsAdminAsync()).GetRequiredService<TenantDirectory>();
        await AddUpAsync(northwind);
        await AddUpAsync(late);
        await UseAsync(late, 7, _rig.Now.AddDays(-2));

        Assert.Equal([("harbour", 2_350L), ("late", 2_357L), ("northwind", 2_350L)], (await directory.ListAsync(null, false, 0, CancellationToken.None)).Rows.Select(r => (r.Slug, r.MonthMicros)));
        foreach (var (tenant, micros) in new[] { (northwind, 2_300L), (harbour, 2_300L), (late, 2_307L) })
        {
            var detail = await directory.GetAsync(tenant, CancellationToken.None);
            Assert.Equal((micros + 50, micros + 50), (detail.MonthMicros, detail.Row.MonthMicros));
            Assert.Equal([(UsageSource.Endpoint, micros), (UsageSource.Tuning, 50L)], detail.Month);
        }

        // It is the days that are read, and of nobody else.
        await _rig.ReadAsync(northwind, db => db.UsageDays.ExecuteUpdateAsync(set => set.SetProperty(d => d.AmountMicros, d => d.AmountMicros + 1)));
        Assert.Equal([2_350L, 2_357L, 2_352L], (await directory.ListAsync(null, false, 0, CancellationToken.None)).Rows.Select(r => r.MonthMicros));
    }

    private Task AddUpAsync(string tenant) => new UsageDayWorker(new TenantScope(), _rig.Database.For(tenant), _rig.Time, NullLogger<UsageDayWorker>.Instance).RunAsync(tenant, CancellationToken.None);

    private Task UseAsync(string tenant, long micros, DateTime at, UsageSource source = UsageSource.Endpoint) => _rig.ReadAsync(tenant, async db =>
    {
        var project = db.Projects.FirstOrDefault() ?? db.Add(new Project { CreatedByUserId = "usr_1", CreatedAt = at }).Entity;
        db.UsageEvents.Add(new UsageEvent
        {
            ProjectId = project.Id, Meter = Meter.InputTokens, Source = source, Quantity = 1, PricePerMillion = micros, AmountMicros = micros,
            IdempotencyKey = $"{at:O}", At = at,
        });
        return await db.SaveChangesAsync();
    });

    private Task GiveUpAMailAsync(string tenant) => _rig.ReadAsync(tenant, async db =>
    {
        var letter = OutgoingMail.Write("nina@example.com", "secret subject", "x", _rig.Now, _rig.Now.AddDays(1));
        letter.GiveUp("The mail can no longer be read.");
        db.OutgoingMails.Add(letter);
        return await db.SaveChangesAsync();
    });
}
