using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Deploy;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CallLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_ByCalls_HoldsTheKeyAndItsOrganizationApart()
    {
        var limits = Limits(new DeployOptions { Burst = 2, CallsPerMinute = 60, OrganizationBurst = 3, OrganizationCallsPerMinute = 30 });

        Assert.Null(limits.Take(Holder("key_1")));
        Assert.Null(limits.Take(Holder("key_1")));
        Assert.Equal(TimeSpan.FromSeconds(1), limits.Take(Holder("key_1")));
        Assert.Null(limits.Take(Holder("key_2")));
        Assert.Equal(TimeSpan.FromSeconds(2), limits.Take(Holder("key_2"))); // The organization's bucket is empty, not the key's.
        Assert.Null(limits.Take(Holder("key_3", "org_b")));
        var state = limits.Read(Holder("key_2"));
        Assert.Equal((3, 0, TimeSpan.FromSeconds(6)), (state.Calls, state.CallsLeft, state.CallsReset));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(limits.Take(Holder("key_1")));
        Assert.Equal(TimeSpan.FromSeconds(2), limits.Take(Holder("key_1")));
    }

    [Fact]
    public void Take_ByTokens_WaitsUntilTheDebtIsPaid()
    {
        var limits = Limits(new DeployOptions { TokensPerMinute = 600 });
        Assert.Null(limits.Take(Holder("key_1")));
        limits.Spend("org_a", "key_1", 700);

        Assert.Equal(TimeSpan.FromSeconds(10.1), limits.Take(Holder("key_1")));
        Assert.Equal(0, limits.Read(Holder("key_1")).TokensLeft);
        Assert.Null(limits.Take(Holder("key_2")));

        _time.Advance(TimeSpan.FromSeconds(10.2));
        Assert.Null(limits.Take(Holder("key_1")));
    }

    /// <summary>What a key's form promises holds, and the organization's own limit above it.</summary>
    [Fact]
    public void Take_ByAKeyWithRatesOfItsOwn_GoesByThem()
    {
        var limits = Limits(new DeployOptions { Burst = 2, CallsPerMinute = 60, OrganizationBurst = 5, TokensPerMinute = 600 });
        var (slow, fast) = (Holder("key_1") with { RequestsPerMinute = 1, TokensPerMinute = 60 }, Holder("key_2") with { RequestsPerMinute = 600, TokensPerMinute = 6_000 });

        Assert.Null(limits.Take(slow));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Take(slow));
        Assert.Equal((1, 60), (limits.Read(slow).Calls, limits.Read(slow).Tokens));
        Assert.Equal((5, 4, 6_000), (limits.Read(fast).Calls, limits.Read(fast).CallsLeft, limits.Read(fast).Tokens));
        for (var i = 0; i < 4; i++)
        {
            Assert.Null(limits.Take(fast));
        }

        Assert.NotNull(limits.Take(fast)); // The organization's.
        _time.Advance(TimeSpan.FromMinutes(1));
        limits.Spend("org_a", "key_1", 89);
        Assert.Equal(TimeSpan.FromSeconds(30), limits.Take(slow));
        Assert.Equal(60, limits.Read(slow).Tokens);
    }

    /// <summary>A long call ends when its key's bucket was dropped long ago: what it used is the key's all the same.</summary>
    [Fact]
    public void Spend_OfAKeyThatWasForgotten_IsOwedWhenItComesAgain()
    {
        var limits = Limits(new DeployOptions { TokensPerMinute = 6_000 });
        limits.Spend("org_a", "key_1", 119);
        for (var i = 0; i < 1_024; i++)
        {
            Assert.Null(limits.Take(Holder($"key_{i + 2}", $"org_{i}")));
        }

        Assert.Equal(TimeSpan.FromSeconds(60), limits.Take(Holder("key_1") with { TokensPerMinute = 60 }));
    }

    [Fact]
    public void Take_OfManyKeys_ForgetsThoseThatAreFullAgain()
    {
        var limits = Limits(new DeployOptions { OrganizationBurst = 1_000_000, OrganizationCallsPerMinute = 10_000_000 });
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(limits.Take(Holder($"key_{i}")));
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(limits.Count, 1, 2_000);
    }

    [Fact]
    public async Task Calls_ThickerThanTheLimit_WaitInAQueueOfTheirOwn()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MostCallsAtOnce", "1"), ("Deploy:MostCallsWaiting", "1"), ("Deploy:CallWait", "00:01:00"));
        var (noisy, quiet) = (await rig.GoLiveAsync("org_a", "noisy"), await rig.GoLiveAsync("org_b", "quiet"));
        using var asked = new SemaphoreSlim(0);
        var answer = new TaskCompletionSource();
        var plain = rig.Vertex.Answer;
        rig.Vertex.Answer = async http =>
        {
            asked.Release();
            await answer.Task;
            await plain(http);
        };
        var first = rig.PostAsync(noisy.Generate, noisy.Key);
        await asked.WaitAsync(TestContext.Current.CancellationToken);
        var others = new[] { rig.PostAsync(noisy.Generate, noisy.Key), rig.PostAsync(noisy.Generate, noisy.Key) };
        var full = await Task.WhenAny(others);

        // The noisy one's place is taken and its queue is full until the vendor answers: the other's call gets to the vendor all the same.
        var theirs = rig.PostAsync(quiet.Generate, quiet.Key);
        var reached = asked.WaitAsync(TestContext.Current.CancellationToken);
        var isReached = await Task.WhenAny(reached, theirs) == reached;
        answer.SetResult();
        using var refused = await full;
        using var waited = await others.Single(o => o != full);
        using var begun = await first;
        using var undisturbed = await theirs;

        Assert.True(isReached, $"The vendor was not asked for the other organization: {undisturbed.StatusCode}");
        await GatewayTests.JsonAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        foreach (var response in new[] { waited, begun, undisturbed })
        {
            await GatewayTests.JsonAsync(response, HttpStatusCode.OK);
            Assert.Equal("60", response.Headers.GetValues("x-ratelimit-limit-requests").Single());
        }
    }

    private static KeyHolder Holder(string keyId, string tenantId = "org_a") => new(keyId, tenantId, "Desk", "pk_live_1234")
    {
        Verbs = KeyVerbs.ForCalling.ToHashSet(), Organization = new Membership(tenantId, tenantId, tenantId, TenantKind.Customer, MemberRole.Viewer),
    };

    private CallLimits Limits(DeployOptions options) => new(Options.Create(options), _time);
}
