using System.Security.Claims;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Billing;

public sealed class BudgetTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly PortalDatabase _database;
    private readonly BillingService _billing;
    private readonly RecordedWork _work = new();

    public BudgetTests()
    {
        _database = new PortalDatabase(_time);
        _billing = new BillingService(_database, new CurrentMember(_database.Scope), _time);
    }

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task Reserve_ByManyAtOnce_HoldsWhatFitsAndNotAUnitMore()
    {
        await SetAsync(null, 100);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => TryHoldAsync($"ans_{i}", 10))));

        Assert.Equal(10, outcomes.Count(refused => refused is null));
        Assert.Equal((0, 100), await CountsAsync(""));
        var refusal = outcomes.OfType<BudgetExceededException>().First();
        Assert.Equal((BudgetKind.Organization, 100, 0, true), (refusal.Kind, refusal.Budget.CapMicros, refusal.Budget.LeftMicros, refusal.IsHeldOnly));
        Assert.Contains("begins anew on 2026-12-01, 00:00 UTC", refusal.Message, StringComparison.Ordinal);

        // What they used turns out to be less, and what was held beyond it is free.
        await Task.WhenAll(Enumerable.Range(0, 24).Where(i => outcomes[i] is null).Select(i => Task.Run(() => SettleAsync($"ans_{i}", 7))));
        Assert.Equal((70, 0), await CountsAsync(""));
        Assert.Null(await TryHoldAsync("ans_30", 30));
        Assert.False((await TryHoldAsync("ans_31", 31))!.IsHeldOnly);
    }

    [Fact]
    public async Task Reserve_UnderThree_IsRefusedByTheTightest_AndHeldAtNone()
    {
        await SetAsync(null, 1_000);
        await SetAsync("prj_1", 100);
        await using (var db = _database.CreateDbContext())
        {
            await BudgetService.SetAsync(db, BudgetKind.ApiKey, "key_1", 50, "Support desk", CancellationToken.None);
            await db.SaveChangesAsync();
        }

        Assert.Equal(BudgetKind.ApiKey, (await TryHoldAsync("ans_1", 60, "key_1"))!.Kind);
        Assert.Null(await TryHoldAsync("ans_2", 60, "key_2"));
        Assert.Equal(BudgetKind.Project, (await TryHoldAsync("ans_3", 45, "key_1"))!.Kind);
        Assert.Null(await TryHoldAsync("ans_4", 45, "key_1", "prj_2"));

        Assert.Equal(((0, 105), (0, 60), (0, 45)), (await CountsAsync(""), await CountsAsync("prj_1"), await CountsAsync("key_1")));
        await SettleAsync("ans_4", 40, "key_1", "prj_2");
        Assert.Equal(((40, 60), (0, 60), (40, 0)), (await CountsAsync(""), await CountsAsync("prj_1"), await CountsAsync("key_1")));
    }

    [Fact]
    public async Task Reservation_OfACallWhoseNodeDied_IsReleasedWithinTenMinutes_AndItsLateRecordIsCountedOnce()
    {
        await SetAsync(null, 100);
        Assert.Null(await TryHoldAsync("ans_1", 80));
        Assert.Null(await TryHoldAsync("job_1", 10, isJob: true));
        Assert.NotNull(await TryHoldAsync("ans_2", 20));
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(1, await SweepAsync()); // Set a while ago, it is counted once more.
        await WorkAsync();
        Assert.Equal(0, await SweepAsync());
        Assert.Equal((0, 90), await CountsAsync(""));
        _time.Advance(TimeSpan.FromMinutes(4));

        Assert.Equal(1, await SweepAsync());
        await WorkAsync();

        Assert.Equal((0, 10), await CountsAsync(""));
        Assert.Equal(0, await SweepAsync());
        await SettleAsync("ans_1", 70);
        Assert.Equal((70, 10), await CountsAsync(""));
    }

    [Fact]
    public async Task Job_ThatUsesWhatIsHeldForIt_HoldsTheRest_AndTheNextMonthBeginsAnew()
    {
        await RecordAsync("old", 5, UsageSource.Tuning, "job_0");
        await SetAsync("prj_1", 100);
        Assert.Null(await TryHoldAsync("run_1", 80, isJob: true));

        await RecordAsync("a", 30, UsageSource.Evaluation, "run_1");
        Assert.Equal((35, 50), await CountsAsync("prj_1"));
        _time.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 1, TimeSpan.Zero));
        await RecordAsync("b", 60, UsageSource.Evaluation, "run_1");
        Assert.Equal((60, 0), await CountsAsync("prj_1"));
        await using (var db = _database.CreateDbContext())
        {
            await _billing.EndReservationAsync(db, "run_1", ReservationState.Settled, CancellationToken.None);
            await db.SaveChangesAsync();
        }

        Assert.Equal((60, 0), await CountsAsync("prj_1"));
        Assert.Null(await TryHoldAsync("run_2", 40, isJob: true));
        Assert.NotNull(await TryHoldAsync("run_3", 1, isJob: true));
    }

    [Fact]
    public async Task Marks_ArePassedOnceAMonth_AndMailedToWhoeverManagesBilling()
    {
        await _database.SetMemberAsync("org_test", "usr_owner", MemberRole.Owner);
        await _database.SetMemberAsync("org_test", "usr_billing", MemberRole.Billing);
        await _database.SetMemberAsync("org_test", "usr_editor", MemberRole.Editor);
        await using (var all = _database.For(null).CreateDbContext())
        {
            Assert.Equal(3, await all.Users.ExecuteUpdateAsync(set => set.SetProperty(u => u.IsEmailVerified, true)));
        }

        await SetAsync(null, 100);
        var told = new List<int>();
        foreach (var amount in new[] { 49, 1, 29, 1, 19, 1, 1 })
        {
            await RecordAsync($"use_{told.Count}", amount, UsageSource.Endpoint, "dep_1");
            if (await SweepAsync() > 0)
            {
                await WorkAsync();
            }

            told.Add(await MailsAsync());
        }

        Assert.Equal([0, 2, 2, 4, 4, 6, 6], told);
        await SetAsync(null, 1_000);
        await RecordAsync("more", 400, UsageSource.Endpoint, "dep_1");
        await WorkAsync();
        Assert.Equal(8, await MailsAsync());
        _time.SetUtcNow(new DateTimeOffset(2026, 12, 3, 0, 0, 0, TimeSpan.Zero));
        await RecordAsync("next", 999, UsageSource.Endpoint, "dep_1");
        await WorkAsync();
        Assert.Equal(10, await MailsAsync());
    }

    [Theory]
    [InlineData(MemberRole.Owner, true, true)]
    [InlineData(MemberRole.Billing, true, true)]
    [InlineData(MemberRole.Editor, false, false)]
    public async Task Budgets_ByRole_AreSetByWhoeverManagesBilling(MemberRole role, bool sees, bool sets)
    {
        var current = new CurrentMember(_database.Scope);
        current.Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal());
        var budgets = new BudgetService(_database, current, new Names());
        Assert.Equal((sees, sets), (budgets.MayView, budgets.MaySet));
        if (!sets)
        {
            await Assert.ThrowsAsync<ForbiddenException>(() => budgets.SetAsync(null, 1, CancellationToken.None));
            await Assert.ThrowsAsync<ForbiddenException>(() => budgets.ListAsync(CancellationToken.None));
            await Assert.ThrowsAsync<ForbiddenException>(() => budgets.OfProjectAsync("prj_1", CancellationToken.None));
            return;
        }

        await RecordAsync("before", 30, UsageSource.Endpoint, "dep_1");
        await budgets.SetAsync("prj_1", 200, CancellationToken.None);
        await budgets.SetAsync(null, 500, CancellationToken.None);
        await Assert.ThrowsAsync<NotFoundException>(() => budgets.SetAsync("prj_other", 1, CancellationToken.None));
        await Assert.ThrowsAsync<PortalException>(() => budgets.SetAsync(null, -1, CancellationToken.None));

        Assert.Equal(new BudgetFigures(200, 30, 0, 0, new DateTime(2026, 12, 1, 0, 0, 0, DateTimeKind.Utc), "USD"), await budgets.OfProjectAsync("prj_1", CancellationToken.None));
        Assert.Equal([("The organization", 500L), ("Support triage", 200L)], (await budgets.ListAsync(CancellationToken.None)).Select(r => (r.Name, r.Figures.CapMicros)));
        await budgets.SetAsync(null, null, CancellationToken.None);
        Assert.Single(await budgets.ListAsync(CancellationToken.None));
        await using var db = _database.CreateDbContext();
        Assert.Equal(["budget.set", "budget.set", "budget.removed"], await db.Set<AuditEntry>().OrderBy(a => a.Sequence).Select(a => a.Action).ToListAsync());
    }

    private async Task SetAsync(string? projectId, long? cap)
    {
        await using var db = _database.CreateDbContext();
        await BudgetService.SetAsync(db, projectId is null ? BudgetKind.Organization : BudgetKind.Project, projectId ?? "", cap, "", CancellationToken.None);
        await db.SaveChangesAsync();
    }

    private async Task<BudgetExceededException?> TryHoldAsync(string subject, long amount, string? keyId = null, string projectId = "prj_1", bool isJob = false)
    {
        await using var db = _database.CreateDbContext();
        _billing.Reserve(db, projectId, subject, new Quote(amount, amount), isJob ? null : new CallTerms(keyId, db.Now.AddMinutes(7)));
        try
        {
            await db.SaveChangesAsync();
            return null;
        }
        catch (BudgetExceededException refused)
        {
            return refused;
        }
    }

    private async Task SettleAsync(string subject, long amount, string? keyId = null, string projectId = "prj_1")
    {
        await using var db = _database.CreateDbContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var held = await db.Reservations.AsNoTracking().SingleOrDefaultAsync(r => r.SubjectId == subject);
        await _billing.RecordCallsAsync(
            db, [new UsageFact(projectId, Meter.InputTokens, UsageSource.Endpoint, amount, 1_000_000, "dep_1", subject) { KeyId = keyId }], [new CallHold(subject, held?.AmountMicros ?? 1, held?.BudgetIds ?? "")], CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    private async Task RecordAsync(string key, long amount, UsageSource source, string subject)
    {
        await using var db = _database.CreateDbContext();
        _billing.Record(db, new UsageFact("prj_1", Meter.InputTokens, source, amount, 1_000_000, subject, key));
        await db.SaveChangesAsync();
    }

    private async Task<(long Spent, long Held)> CountsAsync(string scopeId)
    {
        await using var db = _database.CreateDbContext();
        var figures = (await db.Budgets.AsNoTracking().SingleAsync(b => b.ScopeId == scopeId)).FiguresAt(db.Now);
        return (figures.SpentMicros, figures.HeldMicros);
    }

    private async Task<int> MailsAsync()
    {
        await using var db = _database.CreateDbContext();
        return await db.OutgoingMails.CountAsync();
    }

    private async Task<int> SweepAsync()
    {
        await using var all = _database.For(null).CreateDbContext();
        return await new BudgetSweep(_work).EnqueueLostAsync(all, all.Now, CancellationToken.None);
    }

    private Task WorkAsync() => new BudgetWorker(
        _database.Scope, _database, new Names(), new OwnerMail(new MailService(new EphemeralDataProtectionProvider(), _work, _time)), _time, NullLogger<BudgetWorker>.Instance)
        .RunAsync("org_test", CancellationToken.None);

    private sealed class Names : IUsageSubjects
    {
        public bool IsPractice => false;

        public Task<IReadOnlyDictionary<string, string>> ProjectNamesAsync(CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string> { ["prj_1"] = "Support triage" });
    }
}
