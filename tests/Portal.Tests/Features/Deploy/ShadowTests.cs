using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Billing;
using Portal.Features.Deploy;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class ShadowTests
{
    private const string Shadowed = "projects/p/locations/l/endpoints/7";

    private static readonly CancellationToken s_ct = CancellationToken.None;

    [Fact]
    public async Task Run_AsksTheCandidateToo_ComparesMetersOnce_AndEndsByItself()
    {
        // Every other call is drawn, by chance, so it may take many until two are.
        await using var rig = await GatewayRig.StartAsync(("Deploy:Burst", "1000"), ("Deploy:OrganizationBurst", "1000"));
        var (live, candidateId) = await DeployAsync(rig);
        rig.Vertex.Answer = http => FakeVertex.JsonAsync(http, FakeVertex.Whole(http.Request.Path.Value!.Contains("endpoints/7", StringComparison.Ordinal) ? "Label: Billing" : "billing"));
        await using var editor = rig.As("org_a", MemberRole.Editor);
        var run = await Shadows(editor).StartAsync(live.ProjectId, new ShadowOrder(candidateId, 50, 2, 7, 5), s_ct);
        await Assert.ThrowsAsync<PortalException>(() => Shadows(editor).StartAsync(live.ProjectId, new ShadowOrder(candidateId, 50, 2, 7, 5), s_ct));

        // Half the calls are drawn; two end it. More than enough, so that chance has no say.
        for (var i = 0; i < 200 && await rig.ReadAsync("org_a", db => db.ShadowRuns.AnyAsync(r => r.State == ShadowState.Running)); i++)
        {
            using var answer = await rig.PostAsync(live.Generate, live.Key);
            Assert.Contains("\"intents@1\"", await answer.Content.ReadAsStringAsync(s_ct), StringComparison.Ordinal);
        }

        var ended = await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", db => db.ShadowRuns.SingleOrDefaultAsync(r => r.State == ShadowState.Ended)));
        Assert.Equal((run.Id, "It has been asked 2 calls.", 2), (ended.Id, ended.EndReason, ended.Taken));
        var endpoint = await rig.ReadAsync("org_a", db => db.Endpoints.SingleAsync());
        Assert.Equal((null, 0), (endpoint.ShadowRunId, endpoint.ShadowPercent));
        var view = await Shadows(editor).ReadAsync(live.ProjectId, s_ct);
        Assert.Equal((2, 2, 2, 0, false), (view.Figures!.Calls, view.Figures.Compared, view.Figures.Agreed, view.Figures.Errors, view.Figures.IsEnough));
        var used = await rig.ReadAsync("org_a", db => db.UsageEvents.Where(u => u.Source == UsageSource.Shadow).ToListAsync());
        Assert.Equal((4, view.Figures.AmountMicros), (used.Count, used.Sum(u => u.AmountMicros)));
        Assert.All(used, u => Assert.Equal(run.Id, u.SubjectId));
        Assert.Equal(ended.DayUsedMicros, view.Figures.AmountMicros);
        // A shadow's calls are nobody's traffic.
        Assert.DoesNotContain(await rig.ReadAsync("org_a", db => db.InferenceLogs.Select(l => l.ResponseId).ToListAsync()), id => id.StartsWith("shd", StringComparison.Ordinal));
        Assert.Equal(["shadow.ended", "shadow.started"], (await rig.ReadAsync("org_a", db => db.Set<AuditEntry>().Where(e => e.Action.StartsWith("shadow.")).Select(e => e.Action).ToListAsync())).Order());
    }

    [Fact]
    public async Task Copy_IsNotAsked_WhereTheDayThePauseOrASuspensionSaysNo_AndIsComparedOnce()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, candidateId) = await DeployAsync(rig);
        await using var editor = rig.As("org_a", MemberRole.Editor);
        var run = await Shadows(editor).StartAsync(live.ProjectId, new ShadowOrder(candidateId, 50, 100, 7, 0.01m), s_ct);
        var copy = await CopyAsync(rig, live, run.Id);
        var before = rig.Vertex.Asked.Count;

        // What it could cost is more than the day has.
        await rig.ReadAsync("org_a", db => db.ShadowRuns.ExecuteUpdateAsync(set => set.SetProperty(r => r.DayMicros, 1)));
        Assert.False(await AskAsync(rig, copy));
        await rig.ReadAsync("org_a", db => db.ShadowRuns.ExecuteUpdateAsync(set => set.SetProperty(r => r.DayMicros, 5_000_000)));
        await rig.ReadAsync("org_a", db => db.Endpoints.ExecuteUpdateAsync(set => set.SetProperty(e => e.PausedAt, db.Now)));
        Assert.False(await AskAsync(rig, copy));
        await rig.ReadAsync("org_a", db => db.Endpoints.ExecuteUpdateAsync(set => set.SetProperty(e => e.PausedAt, (DateTime?)null)));
        await rig.ReadAsync("org_a", db => db.Tenants.Where(t => t.Id == "org_a").ExecuteUpdateAsync(set => set.SetProperty(t => t.SuspendedAt, db.Now)));
        Assert.False(await AskAsync(rig, copy));
        await rig.ReadAsync("org_a", db => db.Tenants.Where(t => t.Id == "org_a").ExecuteUpdateAsync(set => set.SetProperty(t => t.SuspendedAt, (DateTime?)null)));
        Assert.Equal((before, 0), (rig.Vertex.Asked.Count, (await rig.ReadAsync("org_a", db => db.ShadowRuns.SingleAsync())).Taken));

        // A failure is counted, compared with nothing and costs nothing; the same answer is compared once.
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 500, "INTERNAL");
        Assert.True(await AskAsync(rig, copy));
        await Assert.ThrowsAsync<DbUpdateException>(() => AskAsync(rig, copy));
        var view = await Shadows(editor).ReadAsync(live.ProjectId, s_ct);
        Assert.Equal((1, 0, 1, 0), (view.Figures!.Calls, view.Figures.Compared, view.Figures.Errors, view.Figures.AmountMicros));
    }

    [Fact]
    public async Task Copy_IsNotAsked_WhereABudgetOrAnOpenInvoiceSaysNo_AndHoldsNothingAfterwards()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, candidateId) = await DeployAsync(rig);
        await using var editor = rig.As("org_a", MemberRole.Editor);
        var run = await Shadows(editor).StartAsync(live.ProjectId, new ShadowOrder(candidateId, 50, 100, 7, 5), s_ct);
        var copy = await CopyAsync(rig, live, run.Id);
        var before = rig.Vertex.Asked.Count;
        await using var owner = rig.As("org_a");
        var budgets = owner.ServiceProvider.GetRequiredService<BudgetService>();
        await budgets.SetAsync(null, (await rig.ReadAsync("org_a", db => db.UsageEvents.SumAsync(u => u.AmountMicros))) + 1, s_ct);

        Assert.False(await AskAsync(rig, copy));

        await budgets.SetAsync(null, 1_000_000_000, s_ct);
        await PayAsync(SubscriptionState.Unpaid);
        Assert.False(await AskAsync(rig, copy));
        var (refused, held) = (await rig.ReadAsync("org_a", db => db.ShadowRuns.SingleAsync()), await rig.ReadAsync("org_a", db => db.Reservations.CountAsync()));
        Assert.Equal((before, 0, 0, 0), (rig.Vertex.Asked.Count, refused.Taken, refused.DayUsedMicros, held));
        Assert.Equal(0, await rig.ReadAsync("org_a", db => db.UsageEvents.CountAsync(u => u.Source == UsageSource.Shadow)));

        await PayAsync(SubscriptionState.Active);
        Assert.True(await AskAsync(rig, copy));
        Assert.Equal(2, await rig.ReadAsync("org_a", db => db.UsageEvents.CountAsync(u => u.Source == UsageSource.Shadow)));

        Task<int> PayAsync(SubscriptionState state) => rig.ReadAsync("org_a", async db =>
        {
            var account = await db.BillingAccounts.SingleOrDefaultAsync() ?? db.Add(new BillingAccount()).Entity;
            account.Take(new SubscriptionFacts("sub_1", Plans.Team.Id, state, db.Now, null, null, null, null), db.Now);
            return await db.SaveChangesAsync();
        });
    }

    [Fact]
    public async Task Queue_ThatIsFull_DropsCopiesAndCountsThem_AndNoCallerWaits()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MostShadowsWaiting", "1"), ("Deploy:MostShadowsAtOnce", "1"));
        var (live, candidateId) = await DeployAsync(rig);
        await using var editor = rig.As("org_a", MemberRole.Editor);
        await Shadows(editor).StartAsync(live.ProjectId, new ShadowOrder(candidateId, 50, 100, 7, 5), s_ct);
        await rig.ReadAsync("org_a", db => db.Endpoints.ExecuteUpdateAsync(set => set.SetProperty(e => e.ShadowPercent, 100)));
        var (reached, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        rig.Vertex.Answer = async http =>
        {
            if (http.Request.Path.Value!.Contains("endpoints/7", StringComparison.Ordinal))
            {
                reached.TrySetResult();
                await gate.Task;
            }

            await FakeVertex.JsonAsync(http, FakeVertex.Whole("billing"));
        };

        // The candidate answers the first as long as the gate is shut, the second waits, and there is no room for more.
        await CallAsync();
        await reached.Task.WaitAsync(TimeSpan.FromMinutes(2));
        for (var i = 0; i < 3; i++)
        {
            await CallAsync();
        }

        gate.SetResult();
        var run = await GatewayRig.WaitAsync(() => rig.ReadAsync("org_a", async db => await db.ShadowCalls.CountAsync() is 2 ? await db.ShadowRuns.SingleOrDefaultAsync(r => r.Dropped == 2) : null));
        Assert.Equal(2, run.Taken);

        async Task CallAsync()
        {
            using var answer = await rig.PostAsync(live.Generate, live.Key);
            answer.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Acts_AskForTheRightTheProjectAndBounds_AndDaysEndIt()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, candidateId) = await DeployAsync(rig);
        await using var viewer = rig.As("org_a", MemberRole.Viewer);
        await using var stranger = rig.As("org_b");
        await using var editor = rig.As("org_a", MemberRole.Editor);
        var order = new ShadowOrder(candidateId, 10, 100, 7, 1);
        await Assert.ThrowsAsync<ForbiddenException>(() => Shadows(viewer).StartAsync(live.ProjectId, order, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Shadows(stranger).StartAsync(live.ProjectId, order, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Shadows(stranger).ReadAsync(live.ProjectId, s_ct));
        foreach (var wrong in new[] { order with { Percent = 51 }, order with { Calls = 0 }, order with { Days = 31 }, order with { DayLimit = 0 }, order with { DayLimit = decimal.MaxValue } })
        {
            await Assert.ThrowsAsync<PortalException>(() => Shadows(editor).StartAsync(live.ProjectId, wrong, s_ct));
        }

        var first = await Shadows(editor).StartAsync(live.ProjectId, order, s_ct);
        await Assert.ThrowsAsync<ForbiddenException>(() => Shadows(viewer).StopAsync(live.ProjectId, first.Id, s_ct));
        await Assert.ThrowsAsync<NotFoundException>(() => Shadows(stranger).StopAsync(live.ProjectId, first.Id, s_ct));
        await Shadows(editor).StopAsync(live.ProjectId, first.Id, s_ct);
        var second = await Shadows(editor).StartAsync(live.ProjectId, order, s_ct);
        await rig.ReadAsync("org_a", db => db.ShadowRuns.Where(r => r.Id == second.Id).ExecuteUpdateAsync(set => set.SetProperty(r => r.EndsAt, db.Now.AddMinutes(-1))));
        await using var worker = rig.AsNobody();
        await worker.ServiceProvider.GetRequiredService<ShadowWorker>().RunAsync("org_a", second.Id, s_ct);

        var runs = await rig.ReadAsync("org_a", db => db.ShadowRuns.ToDictionaryAsync(r => r.Id, r => r.EndReason));
        Assert.Equal(("Olivia Brandt stopped it.", "Its days are over."), (runs[first.Id], runs[second.Id]));
    }

    [Fact]
    public void Fields_OfTwoAnswers_AreComparedOneByOne()
    {
        Assert.Equal((3, 1), AnswerFields.Compare("""{"total":"12","city":"Bern"}""", """{"total":" 12 ","city":"Basel","zip":1}"""));
        Assert.Equal((0, 0), AnswerFields.Compare("billing", """{"a":1}"""));
    }

    [Fact]
    public async Task Page_BeginsARunAndSaysHowFewCallsItHas()
    {
        await using var rig = await GatewayRig.StartAsync();
        var (live, _) = await DeployAsync(rig);
        await using var screen = new GatewayScreen(rig, MemberRole.Editor);
        var page = screen.Open<DeployPage>(live.ProjectId);
        await PressAsync("Begin a shadow run");
        await PressAsync("Begin · at most $1.00 a day");
        page.WaitForAssertion(() => Assert.Contains("Not enough yet: 0 of 30", page.Markup, StringComparison.Ordinal));
        await PressAsync("Stop the shadow run");
        page.WaitForAssertion(() => Assert.Contains("Olivia Brandt stopped it.", page.Markup, StringComparison.Ordinal));

        async Task PressAsync(string words)
        {
            page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() == words && !b.HasAttribute("disabled")));
            await page.InvokeAsync(() => page.FindAll("button").Single(b => b.TextContent.Trim() == words).Click());
        }
    }

    private static async Task<(LiveEndpoint Live, string CandidateId)> DeployAsync(GatewayRig rig)
    {
        var live = await rig.GoLiveAsync("org_a", "intents");
        return (live, await rig.ReadAsync("org_a", async db =>
        {
            var first = await db.Candidates.AsNoTracking().SingleAsync(c => c.Id == live.CandidateId);
            var next = db.Candidates.Add(new Candidate
            {
                ProjectId = first.ProjectId, Name = "Flash tuned", Rung = Rung.FewShot, BaseModelId = first.BaseModelId, ModelName = Shadowed,
                RecipeId = first.RecipeId, VersionId = null, SourceId = "ver_2", Key = "tuned", CreatedAt = db.Now,
            }).Entity;
            await db.SaveChangesAsync();
            return next.Id;
        }));
    }

    private static async Task<ShadowCopy> CopyAsync(GatewayRig rig, LiveEndpoint live, string runId)
    {
        await rig.ReadAsync("org_a", db => db.Endpoints.ExecuteUpdateAsync(set => set.SetProperty(e => e.ShadowPercent, 0)));
        using var answer = await rig.PostAsync(live.Generate, live.Key);
        var log = await rig.ReadAsync("org_a", db => db.InferenceLogs.SingleAsync());
        var asked = new Vertex.Contracts.VertexGenerateContentRequest { Contents = [Vertex.Contracts.VertexContent.User("My card is gone")] };
        return new ShadowCopy("org_a", runId, asked, new CallRecord("org_a", log.ProjectId, log.EndpointId, log.DeploymentId, log.ApiKeyId, log.Source, log.ResponseId)
        {
            Status = 200, Problem = "", IsStreamed = false, Milliseconds = log.Milliseconds, Usage = CallUsage.None, InputPrice = 0, OutputPrice = 0, At = log.At, Words = new CallWords { Asked = asked, Answer = "billing" },
        });
    }

    private static async Task<bool> AskAsync(GatewayRig rig, ShadowCopy copy)
    {
        await using var services = rig.AsNobody();
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(copy.TenantId);
        return await services.ServiceProvider.GetRequiredService<ShadowAsker>().AskAsync(copy, s_ct);
    }

    private static ShadowService Shadows(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<ShadowService>();
}
