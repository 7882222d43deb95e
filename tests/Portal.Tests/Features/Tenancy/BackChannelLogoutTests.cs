using System.Net;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class BackChannelLogoutTests
{
    private static readonly Dictionary<string, Func<ForgingAuthority, string>> s_refused = new()
    {
        ["empty"] = _ => "",
        ["no token"] = _ => "not.a.token",
        ["with a nonce"] = a => a.LogoutToken(p => p["nonce"] = "n"),
        ["without the event"] = a => a.LogoutToken(p => p.Remove("events")),
        ["another event"] = a => a.LogoutToken(p => p["events"] = new Dictionary<string, object> { ["other"] = new Dictionary<string, object>() }),
        ["neither sid nor sub"] = a => a.LogoutToken(p => { p.Remove("sid"); p.Remove("sub"); }),
        ["without jti"] = a => a.LogoutToken(p => p.Remove("jti")),
        ["for another client"] = a => a.LogoutToken(p => p["aud"] = "other"),
        ["of another issuer"] = a => a.LogoutToken(p => p["iss"] = "https://other.example"),
        ["of an hour ago"] = a => a.LogoutToken(p => (p["iat"], p["exp"]) = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 3_600, TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60)),
        ["an access token"] = a => a.LogoutToken(bendHeader: h => h["typ"] = "at+jwt"),
        ["alg none"] = a => a.LogoutToken(bendHeader: h => h["alg"] = "none"),
        ["signature cut off"] = a => a.LogoutToken() is var token ? token[..(token.LastIndexOf('.') + 1)] : "",
    };

    public static TheoryData<string> Refused => [.. s_refused.Keys];

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task LogoutToken_WrongInOneThing_EndsNothing(string name)
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();

        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(browser, s_refused[name](rig.Authority)));

        Assert.NotNull((await browser.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task LogoutToken_OfASession_EndsThatOneOnceAndNotAgain()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        using var other = rig.Open();
        await browser.SignInAsync();
        rig.Authority.Claims = c => c["sid"] = "sid-2";
        await other.SignInAsync();
        var token = rig.Authority.LogoutToken();
        using var nobody = rig.Open();

        Assert.Equal(HttpStatusCode.OK, await SendAsync(nobody, token));
        Assert.Null((await browser.WhoamiAsync()).UserId);
        Assert.NotNull((await other.WhoamiAsync()).UserId);

        rig.Authority.Claims = null;
        await browser.SignInAsync();
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(nobody, token));
        Assert.NotNull((await browser.WhoamiAsync()).UserId);

        Assert.Equal(HttpStatusCode.OK, await SendAsync(nobody, rig.Authority.LogoutToken(p => p.Remove("sid"))));
        Assert.Null((await browser.WhoamiAsync()).UserId);
        Assert.Null((await other.WhoamiAsync()).UserId);
    }

    private static async Task<HttpStatusCode> SendAsync(TestBrowser browser, string token)
    {
        using var form = new FormUrlEncodedContent([new("logout_token", token)]);
        using var request = new HttpRequestMessage(HttpMethod.Post, browser.Address + PortalUrls.BackChannelSignOut) { Content = form };
        using var answer = await browser.SendAsync(request);
        return answer.StatusCode;
    }
}
