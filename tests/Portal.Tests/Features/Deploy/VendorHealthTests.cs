using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class VendorHealthTests
{
    private static readonly GatewayException s_fault = new(502, "UNAVAILABLE", "away");

    [Fact]
    public void RequireWell_AfterFaultsInARow_LetsOneTryAtATime()
    {
        var time = new FakeTimeProvider();
        var health = new VendorHealth(Options.Create(new DeployOptions { FaultsBeforePause = 2 }), time);
        health.Note("org_a", s_fault);
        health.RequireWell("org_a");
        health.Note("org_a", s_fault);

        Assert.Equal(TimeSpan.FromSeconds(10), Assert.Throws<GatewayException>(() => health.RequireWell("org_a")).RetryAfter);
        health.RequireWell("org_b");

        time.Advance(TimeSpan.FromSeconds(10));
        health.RequireWell("org_a");
        Assert.Throws<GatewayException>(() => health.RequireWell("org_a"));
        health.Note("org_a", fault: null);
        health.RequireWell("org_a");
        health.RequireWell("org_a");
    }

    [Fact]
    public void Note_OfNoRoomOrAWrongRequest_IsNoFault()
    {
        var health = new VendorHealth(Options.Create(new DeployOptions { FaultsBeforePause = 1 }), new FakeTimeProvider());

        health.Note("org_a", new GatewayException(429, "RESOURCE_EXHAUSTED", "full"));
        health.Note("org_a", GatewayException.Invalid("contents", "wrong"));

        health.RequireWell("org_a");
    }

    [Fact]
    public async Task Calls_WhileTheModelIsAway_AreAnsweredWithoutAskingIt()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:FaultsBeforePause", "2"), ("Deploy:FaultPause", "00:05:00"));
        var (a, b) = (await rig.GoLiveAsync("org_a", "a"), await rig.GoLiveAsync("org_b", "b"));
        var plain = rig.Vertex.Answer;
        rig.Vertex.Answer = http => FakeVertex.FailAsync(http, 500, "INTERNAL");
        foreach (var path in new[] { a.Generate, a.Stream })
        {
            using var failed = await rig.PostAsync(path, a.Key);
            await GatewayTests.JsonAsync(failed, HttpStatusCode.BadGateway);
        }

        rig.Vertex.Answer = plain;
        var asked = rig.Vertex.Asked.Count;
        foreach (var path in new[] { a.Generate, a.Stream })
        {
            using var paused = await rig.PostAsync(path, a.Key);
            await GatewayTests.JsonAsync(paused, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(paused.Headers.RetryAfter);
        }

        Assert.Equal(asked, rig.Vertex.Asked.Count);
        using var other = await rig.PostAsync(b.Generate, b.Key);
        await GatewayTests.JsonAsync(other, HttpStatusCode.OK);
    }
}
