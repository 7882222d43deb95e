using System.Net;
using Portal.Tests.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Hosting;

public sealed class OriginGuardTests
{
    [Theory]
    [InlineData("POST", "/_blazor/negotiate", "https://evil.example", false)]
    [InlineData("POST", "/_blazor/negotiate", "null", false)]
    [InlineData("POST", "/_blazor/negotiate", "", false)]
    [InlineData("POST", "/_blazor/negotiate", "own", true)]
    [InlineData("GET", "/any-hub", "https://evil.example", false)]
    [InlineData("GET", "/any-hub", "", false)]
    [InlineData("GET", "/any-hub", "null", false)]
    public async Task Circuit_OfAPageElsewhere_IsNotOpened(string method, string path, string origin, bool isLetThrough)
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        using var request = new HttpRequestMessage(new HttpMethod(method), rig.Address + path);
        if (method is "GET")
        {
            request.Headers.Add("Connection", "Upgrade");
            request.Headers.Add("Upgrade", "websocket");
        }

        if (origin is not "")
        {
            request.Headers.Add("Origin", origin is "own" ? rig.Address : origin);
        }

        using var answer = await browser.SendAsync(request);

        Assert.Equal(isLetThrough, answer.StatusCode is not HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Change_FromAPageElsewhere_IsRefusedForWhoeverIsSignedIn()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, rig.Address + PortalUrls.SignOut);
        request.Headers.Add("Origin", "https://evil.example");

        using var answer = await browser.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotNull((await browser.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task Page_OfWhoeverIsSignedIn_StaysInNoCache()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();

        using var answer = await browser.GetAsync("/o/acme");

        Assert.Equal("no-store", answer.Headers.CacheControl?.ToString());
    }
}
