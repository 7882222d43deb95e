using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Portal.Features.Deploy;
using Xunit;

namespace Portal.Tests.Features.Deploy;

public sealed class CallLimitsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Take_ByCalls_HoldsTheKeyAndItsOrganizationApart()
    {
        var limits = Limits(new DeployOptions { Burst = 2, CallsPerMinute = 60, OrganizationBurst = 3, OrganizationCallsPerMinute = 30 });

        Assert.Null(limits.Take("org_a", "key_1"));
        Assert.Null(limits.Take("org_a", "key_1"));
        Assert.Equal(TimeSpan.FromSeconds(1), limits.Take("org_a", "key_1"));
        Assert.Null(limits.Take("org_a", "key_2"));
        Assert.Equal(TimeSpan.FromSeconds(2), limits.Take("org_a", "key_2")); // The organization's bucket is empty, not the key's.
        Assert.Null(limits.Take("org_b", "key_3"));
        var state = limits.Read("org_a", "key_2");
        Assert.Equal((3, 0, TimeSpan.FromSeconds(6)), (state.Calls, state.CallsLeft, state.CallsReset));

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(limits.Take("org_a", "key_1"));
        Assert.Equal(TimeSpan.FromSeconds(2), limits.Take("org_a", "key_1"));
    }

    [Fact]
    public void Take_ByTokens_WaitsUntilTheDebtIsPaid()
    {
        var limits = Limits(new DeployOptions { TokensPerMinute = 600 });
        Assert.Null(limits.Take("org_a", "key_1"));
        limits.Spend("org_a", "key_1", 700);

        Assert.Equal(TimeSpan.FromSeconds(10.1), limits.Take("org_a", "key_1"));
        Assert.Equal(0, limits.Read("org_a", "key_1").TokensLeft);
        Assert.Null(limits.Take("org_a", "key_2"));

        _time.Advance(TimeSpan.FromSeconds(10.2));
        Assert.Null(limits.Take("org_a", "key_1"));
    }

    [Fact]
    public void Take_OfManyKeys_ForgetsThoseThatAreFullAgain()
    {
        var limits = Limits(new DeployOptions { OrganizationBurst = 1_000_000, OrganizationCallsPerMinute = 10_000_000 });
        for (var i = 0; i < 10_000; i++)
        {
            Assert.Null(limits.Take("org_a", $"key_{i}"));
            _time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.InRange(limits.Count, 1, 2_000);
    }

    [Fact]
    public async Task Calls_ThickerThanTheLimit_WaitInAQueueOfTheirOwn()
    {
        await using var rig = await GatewayRig.StartAsync(("Deploy:MostCallsAtOnce", "1"), ("Deploy:MostCallsWaiting", "1"), ("Deploy:CallWait", "00:01:00"));
        var (noisy, quiet) = (await rig.GoLiveAsync("org_a", "noisy"), await rig.GoLiveAsync("org_b", "quiet"));
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var plain = rig.Vertex.Answer;
        rig.Vertex.Answer = async http =>
        {
            asked.TrySetResult();
            await answer.Task;
            await plain(http);
        };
        var first = rig.PostAsync(noisy.Generate, noisy.Key);
        await asked.Task;
        var others = new[] { rig.PostAsync(noisy.Generate, noisy.Key), rig.PostAsync(noisy.Generate, noisy.Key) };

        using var refused = await await Task.WhenAny(others);
        var theirs = rig.PostAsync(quiet.Generate, quiet.Key);
        answer.SetResult();
        using var waited = await await Task.WhenAll(others).ContinueWith(all => others.Single(o => o.Result != refused), TaskScheduler.Default);
        using var begun = await first;
        using var undisturbed = await theirs;

        await GatewayTests.JsonAsync(refused, HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter);
        foreach (var response in new[] { waited, begun, undisturbed })
        {
            await GatewayTests.JsonAsync(response, HttpStatusCode.OK);
            Assert.Equal("60", response.Headers.GetValues("x-ratelimit-limit-requests").Single());
        }
    }

    private CallLimits Limits(DeployOptions options) => new(Options.Create(options), _time);
}
