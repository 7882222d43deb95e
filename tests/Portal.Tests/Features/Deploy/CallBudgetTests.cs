using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CallBudgetTests
{
    private const int Calls = 200;
    private const int Worth = 50;

    /// <summary>A payment that failed once is tried again, and calls go on meanwhile; once nobody tries any more, none is answered until one goes through.</summary>
    [Fact]
    public async Task Calls_OfAnUnpaidOrganization_AreRefusedUntilItPays()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, other) = (await rig.GoLiveAsync("org_a", "intents"), await rig.GoLiveAsync("org_b", "others"));
        foreach (var (state, status) in new[]
        {
            (SubscriptionState.PastDue, HttpStatusCode.OK), (SubscriptionState.Unpaid, HttpStatusCode.Forbidden), (SubscriptionState.Active, HttpStatusCode.OK),
        })
        {
            await rig.ReadAsync("org_a", async db =>
            {
                var account = await db.BillingAccounts.SingleOrDefaultAsync() ?? db.Add(new BillingAccount()).Entity;
                account.Take(new SubscriptionFacts("sub_1", Plans.Team.Id, state, db.Now, null, null, null, null), db.Now);
                return await db.SaveChangesAsync();
            });
            rig.Vertex.Asked.Clear();
            foreach (var address in new[] { live.Generate, live.Stream })
            {
                using var answer = await rig.PostAsync(address, live.Key);
                Assert.Equal(status, answer.StatusCode);
                Assert.Equal(status is HttpStatusCode.Forbidden, (await answer.Content.ReadAsStringAsync()).Contains("pays the open invoice", StringComparison.Ordinal));
            }

            Assert.Equal(status is HttpStatusCode.OK ? 2 : 0, rig.Vertex.Asked.Count);
            using var others = await rig.PostAsync(other.Generate, other.Key);
            Assert.Equal(HttpStatusCode.OK, others.StatusCode);
        }
    }

    /// <summary>All at once, by two hosts of one database: as many reach the model as the budget is worth at their worst, and what they use stays below it.</summary>
    [Fact]
    public async Task Calls_AtTwoHosts_NeverSpendMoreThanTheBudget()
    {
        (string, string)[] wide = [("Deploy:Burst", "1000"), ("Deploy:OrganizationBurst", "1000")];
        await using var first = await GatewayRig.StartAsync(wide);
        await using var second = await GatewayRig.StartAsync([.. wide, ("Database:ConnectionString", $"Data Source={first.DatabaseFile}")]);
        var live = await first.GoLiveAsync("org_a", "intents");
        var gate = new TaskCompletionSource();
        foreach (var rig in new[] { first, second })
        {
            var plain = rig.Vertex.Answer;
            rig.Vertex.Answer = async http =>
            {
                await gate.Task;
                await plain(http);
            };
        }

        await SetAsync(first, 1_000_000_000);
        var lone = first.PostAsync(live.Generate, live.Key);
        await WaitAsync(() => first.Vertex.Asked.Count is 1);
        var worst = await first.ReadAsync("org_a", db => db.Reservations.Select(r => r.AmountMicros).SingleAsync());
        await SetAsync(first, worst * (Worth + 1));

        var calls = Enumerable.Range(0, Calls).Select(i => (i % 2 is 0 ? first : second).PostAsync(i % 4 < 2 ? live.Generate : live.Stream, live.Key)).ToList();
        await WaitAsync(() => calls.Count(c => c.IsCompleted) + first.Vertex.Asked.Count + second.Vertex.Asked.Count - 1 == Calls);
        Assert.Equal(Worth, first.Vertex.Asked.Count + second.Vertex.Asked.Count - 1);
        gate.SetResult();
        var answers = await Task.WhenAll(calls);
        (await lone).EnsureSuccessStatusCode();
        foreach (var answer in answers)
        {
            await answer.Content.ReadAsStringAsync();
        }

        Assert.Equal((Worth, Calls - Worth), (answers.Count(a => a.StatusCode is HttpStatusCode.OK), answers.Count(a => a.StatusCode is HttpStatusCode.TooManyRequests)));
        var budget = await first.ReadAsync("org_a", db => db.Budgets.SingleAsync());
        var ledger = await first.ReadAsync("org_a", db => db.UsageEvents.SumAsync(u => u.AmountMicros));
        Assert.Equal((ledger, 0, Calls - Worth), (budget.SpentMicros, budget.HeldMicros, budget.Refused));
        Assert.InRange(budget.SpentMicros, 1, budget.CapMicros);
        Assert.Equal(0, await first.ReadAsync("org_a", db => db.Reservations.CountAsync()));
        Array.ForEach(answers, a => a.Dispose());
    }

    [Fact]
    public async Task Call_BeyondItsKeysBudget_IsToldWhichHowMuchAndUntilWhen_InItsDialect()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await using (var owner = rig.As("org_a"))
        {
            await owner.ServiceProvider.GetRequiredService<ApiKeyService>().ChangeAsync(live.KeyId, new KeyLimits { MonthlyBudgetMicros = 10 }, CancellationToken.None);
        }

        using var google = await rig.PostAsync(live.Generate, live.Key);
        using var openAi = await rig.PostAsync("/openai/v1/chat/completions", live.Key, """{"model":"intents","messages":[{"role":"user","content":"My card is gone"}]}""");

        var error = (await GatewayTests.JsonAsync(google, HttpStatusCode.TooManyRequests))["error"]!;
        Assert.Equal("RESOURCE_EXHAUSTED", (string?)error["status"]);
        Assert.StartsWith("The monthly budget of this API key, $0.000010, does not allow it", (string?)error["message"], StringComparison.Ordinal);
        Assert.Contains(error["details"]!.AsArray(), d => (string?)d!["@type"] == "type.googleapis.com/google.rpc.QuotaFailure" && (string?)d["violations"]![0]!["subject"] == "ApiKey monthly budget");
        var other = (await GatewayTests.JsonAsync(openAi, HttpStatusCode.TooManyRequests))["error"]!;
        Assert.Equal(("insufficient_quota", "insufficient_quota"), ((string?)other["type"], (string?)other["code"]));
        Assert.NotNull(openAi.Headers.RetryAfter);
        Assert.Empty(rig.Vertex.Asked);
        Assert.Equal(2, (await rig.ReadAsync("org_a", db => db.Budgets.SingleAsync())).Refused);

        await using (var editor = rig.As("org_a", MemberRole.Editor))
        {
            var keys = editor.ServiceProvider.GetRequiredService<ApiKeyService>();
            await keys.ChangeAsync(live.KeyId, new KeyLimits { RequestsPerMinute = 100 }, CancellationToken.None);
            await Assert.ThrowsAsync<ForbiddenException>(() => keys.ChangeAsync(live.KeyId, new KeyLimits { MonthlyBudgetMicros = 1_000_000_000 }, CancellationToken.None));
            Assert.Null(Assert.Single((await keys.ListAsync(0, CancellationToken.None)).Rows).Budget);
        }

        await using (var owner = rig.As("org_a"))
        {
            var keys = owner.ServiceProvider.GetRequiredService<ApiKeyService>();
            Assert.Equal(10, Assert.Single((await keys.ListAsync(0, CancellationToken.None)).Rows).Budget!.CapMicros);
            await keys.ChangeAsync(live.KeyId, KeyLimits.None, CancellationToken.None);
        }

        using var free = await rig.PostAsync(live.Generate, live.Key);
        await GatewayTests.JsonAsync(free, HttpStatusCode.OK);
        Assert.Equal(live.KeyId, await rig.ReadAsync("org_a", db => db.UsageEvents.Select(u => u.KeyId).Distinct().SingleAsync()));
    }

    /// <summary>The vendor's failure costs nothing and holds nothing; a record that cannot be written holds on until it is given up.</summary>
    [Fact]
    public async Task Hold_OfACallThatFails_EndsWithItsRecord()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await SetAsync(rig, 1_000_000);
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 400, "INVALID_ARGUMENT");

        foreach (var path in new[] { live.Generate, live.Stream })
        {
            using var failed = await rig.PostAsync(path, live.Key);
            await GatewayTests.JsonAsync(failed, HttpStatusCode.BadRequest);
        }

        var budget = await rig.ReadAsync("org_a", db => db.Budgets.SingleAsync());
        Assert.Equal((0, 0, 0), (budget.SpentMicros, budget.HeldMicros, budget.Refused));
        Assert.Equal((2, 0), (await rig.ReadAsync("org_a", db => db.InferenceLogs.CountAsync()), await rig.ReadAsync("org_a", db => db.Reservations.CountAsync())));
    }

    /// <summary>Many at once under a wide budget reserve more than they need: what comes next asks no database, and what nobody took is given back.</summary>
    [Fact]
    public async Task Holds_OfManyCallsUnderAWideBudget_AreReservedAheadAndTheRestGivenBack()
    {
        const int each = 1_000;
        const int many = 32;
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
        await using var rig = await GatewayRig.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(time));
        var live = await rig.GoLiveAsync("org_a", "intents");
        await SetAsync(rig, 1_000_000_000);
        var projectId = await rig.ReadAsync("org_a", db => db.Endpoints.Select(e => e.ProjectId).SingleAsync());
        await using var services = rig.AsNobody();
        var (desk, turns) = (services.ServiceProvider.GetRequiredService<HoldDesk>(), services.ServiceProvider.GetRequiredService<WriteTurns>());
        var (terms, standing) = (new CallTerms(live.KeyId, time.GetUtcNow().UtcDateTime.AddMinutes(7)), new CallStanding(IsUnpaid: false, HasBudget: true));
        Task<CallHold> Hold(CallStanding asOf) => desk.HoldAsync("org_a", projectId, each, terms, asOf);

        List<Task<CallHold>> asked;
        // SQLite has one turn: while it is taken, all but those that the lane took at once wait together.
        using (await turns.TakeAsync())
        {
            asked = [.. Enumerable.Range(0, many).Select(_ => Hold(standing))];
        }

        var holds = (await Task.WhenAll(asked)).ToList();
        Assert.All(holds, h => Assert.Equal(each, h.Micros));
        var ahead = await HeldAsync(rig) - (many * each);
        Assert.True(ahead > each * 8, $"{ahead} is held ahead.");

        var next = Hold(standing);
        Assert.True(next.IsCompletedSuccessfully, "It asked the database.");
        holds.Add(await next);
        Assert.Equal((many * each) + ahead, await HeldAsync(rig));

        // A budget was changed here in between: what was held before is no longer taken from, and its rest is given back at once.
        var later = Hold(new CallStanding(IsUnpaid: false, HasBudget: true));
        holds.Add(await later);
        Assert.Equal(((many + 2) * each) + ahead, await HeldAsync(rig));

        time.Advance(TimeSpan.FromSeconds(3));
        await GatewayRig.WaitAsync(async () => await HeldAsync(rig) == (many + 2) * each ? "" : null);
        await EndAsync(rig, holds);
        Assert.Equal((0, 0), (await HeldAsync(rig), await rig.ReadAsync("org_a", db => db.Reservations.CountAsync())));

        // Where it is narrow, nothing is held for anybody who has not come, and who does not fit is refused.
        await SetAsync(rig, each * many);
        using (await turns.TakeAsync())
        {
            asked = [.. Enumerable.Range(0, many + 5).Select(_ => Hold(standing))];
        }

        await Assert.ThrowsAsync<BudgetExceededException>(() => Task.WhenAll(asked));
        Assert.Equal((many, 5), (asked.Count(a => a.IsCompletedSuccessfully), asked.Count(a => a.Exception?.InnerException is BudgetExceededException)));
        Assert.Equal(many * each, await HeldAsync(rig));
    }

    private static Task<long> HeldAsync(GatewayRig rig) => rig.ReadAsync("org_a", db => db.Budgets.Select(b => b.HeldMicros).SingleAsync());

    private static async Task EndAsync(GatewayRig rig, List<CallHold> holds)
    {
        await using var services = rig.As("org_a");
        await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await services.ServiceProvider.GetRequiredService<BillingService>().RecordCallsAsync(db, [], holds, CancellationToken.None);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    private static async Task SetAsync(GatewayRig rig, long cap)
    {
        await using var owner = rig.As("org_a");
        await owner.ServiceProvider.GetRequiredService<BudgetService>().SetAsync(null, cap, CancellationToken.None);
    }

    private static Task WaitAsync(Func<bool> until) => GatewayRig.WaitAsync(() => Task.FromResult(until() ? "" : null));
}
