using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Admin;

public sealed class SuspendedGatewayTests
{
    [Fact]
    public async Task Call_OfASuspendedOrganization_Gets403InTheCallersDialectUntilItIsRestored()
    {
        await using var rig = await GatewayRig.StartAsync();
        var live = await rig.GoLiveAsync("org_a", "intents");
        await HoldAsync(rig, suspended: true);

        using (var gemini = await rig.PostAsync(live.Generate, live.Key))
        {
            Assert.Equal("PERMISSION_DENIED", (string?)(await GatewayTests.JsonAsync(gemini, HttpStatusCode.Forbidden))["error"]!["status"]);
        }

        using (var openAi = await rig.PostAsync("/openai/v1/chat/completions", live.Key, """{"model":"intents","messages":[{"role":"user","content":"hi"}]}"""))
        {
            var body = await GatewayTests.JsonAsync(openAi, HttpStatusCode.Forbidden);
            Assert.Equal("organization_suspended", (string?)body["error"]!["code"]);
            Assert.DoesNotContain("overdue", body.ToJsonString(), StringComparison.Ordinal);
        }

        Assert.Empty(rig.Vertex.Asked);
        await HoldAsync(rig, suspended: false);
        using var again = await rig.PostAsync(live.Generate, live.Key);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task SmokeCall_OfASuspendedOrganization_WaitsAsADraft()
    {
        await using var rig = await GatewayRig.StartAsync();
        var draft = await rig.DraftAsync("org_a", "intents");
        await HoldAsync(rig, suspended: true);

        await RunAsync();
        Assert.Equal(DeploymentState.Draft, await StateAsync());
        Assert.Empty(rig.Vertex.Asked);

        await HoldAsync(rig, suspended: false);
        await RunAsync();
        Assert.Equal(DeploymentState.Deployed, await StateAsync());

        async Task RunAsync()
        {
            await using var scope = rig.AsNobody();
            await scope.ServiceProvider.GetRequiredService<SmokeWorker>().RunAsync("org_a", draft.DeploymentId, CancellationToken.None);
        }

        Task<DeploymentState> StateAsync() => rig.ReadAsync("org_a", db => db.Deployments.Select(d => d.State).SingleAsync());
    }

    private static Task<int> HoldAsync(GatewayRig rig, bool suspended) => rig.ReadAsync("org_a", async db =>
    {
        if (await db.Tenants.SingleOrDefaultAsync() is not { } tenant)
        {
            tenant = new Tenant { Name = "A", Slug = "a" };
            db.Entry(tenant).Property(t => t.Id).CurrentValue = "org_a";
            db.Add(tenant);
        }

        if (suspended)
        {
            tenant.Suspend("Payment is overdue.", db.Now);
        }
        else
        {
            tenant.Restore();
        }

        return await db.SaveChangesAsync();
    });
}
