using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class SessionTests
{
    [Fact]
    public async Task Cookie_OfOneNode_IsGoodOnTheOtherUntilSignedOutOnEither()
    {
        await using var rig = await SignInRig.StartAsync();
        var second = await rig.AddNodeAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();
        var stolen = browser.Cookies.GetAllCookies().Single(c => c.Name is "portal").Value;
        Assert.Equal("Alex Example", (await browser.WhoamiAsync(second)).Name);

        using var answer = await browser.SignOutAsync();

        Assert.Contains("id_token_hint=", answer.Headers.Location?.Query, StringComparison.Ordinal);
        Assert.Contains("client_id=" + ForgingAuthority.ClientId, answer.Headers.Location?.Query, StringComparison.Ordinal);
        var (address, _) = await browser.SignInAsync(answer.Headers.Location!.ToString()); // asserted just above
        Assert.EndsWith("/sign-in?signedOut=true", address, StringComparison.Ordinal);
        Assert.StartsWith("?", rig.Authority.LastSignOut, StringComparison.Ordinal);
        foreach (var node in new[] { rig.Address, second })
        {
            using var thief = new TestBrowser(node);
            thief.Cookies.Add(new Uri(node), new Cookie("portal", stolen));
            Assert.Null((await thief.WhoamiAsync()).UserId);
        }
    }

    [Fact]
    public async Task SignIn_OverASession_EndsItAndTakesANewKey()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();
        var (first, before) = (await browser.WhoamiAsync(), browser.Cookies.GetAllCookies().Single(c => c.Name is "portal").Value);

        await browser.SignInAsync();

        var second = await browser.WhoamiAsync();
        Assert.Equal(first.UserId, second.UserId);
        Assert.NotEqual(first.SessionId, second.SessionId);
        using var thief = rig.Open();
        thief.Cookies.Add(new Uri(rig.Address), new Cookie("portal", before));
        Assert.Null((await thief.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task Session_EndedElsewhere_IsDeadWithTheNextRequestAndBeat()
    {
        await using var rig = await SignInRig.StartAsync();
        using var phone = rig.Open();
        using var desk = rig.Open();
        await phone.SignInAsync();
        await desk.SignInAsync();
        var (onPhone, onDesk) = (await phone.WhoamiAsync(), await desk.WhoamiAsync());
        await using var scope = rig.Services.CreateAsyncScope();
        var sessions = scope.ServiceProvider.GetRequiredService<SessionService>();
        Assert.Equal(2, (await sessions.ListAsync(onDesk.UserId!, default)).Count); // signed in just now

        // Somebody else's hand on it changes nothing.
        await sessions.EndAsync("usr_other", onPhone.SessionId!, default);
        Assert.True(await sessions.BeatAsync(onPhone.SessionId!, wasActive: false, default));
        Assert.Equal(1, await sessions.EndOthersAsync(onDesk.UserId!, onDesk.SessionId!, default));

        Assert.False(await sessions.BeatAsync(onPhone.SessionId!, wasActive: true, default));
        Assert.True(await sessions.BeatAsync(onDesk.SessionId!, wasActive: true, default));
        Assert.Null((await phone.WhoamiAsync()).UserId);
        Assert.Equal(onDesk.SessionId, (await desk.WhoamiAsync()).SessionId);
    }

    [Theory]
    [InlineData("SignIn:SessionLength")]
    [InlineData("SignIn:IdleLength")]
    public async Task Session_PastItsTime_IsOver(string limit)
    {
        await using var rig = await SignInRig.StartAsync((limit, "00:00:01"));
        using var browser = rig.Open();
        await browser.SignInAsync();

        await Task.Delay(1_200, TestContext.Current.CancellationToken);

        Assert.Null((await browser.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task SignOut_WithTheProviderAway_EndsTheSessionAndSaysSo()
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();
        await browser.SignInAsync();
        rig.Authority.Metadata = m => { m.Remove("end_session_endpoint"); return m; };
        var second = await rig.AddNodeAsync();
        using var later = new TestBrowser(second);
        await later.SignInAsync(second + "/sign-in/start");
        Assert.NotNull((await later.WhoamiAsync()).UserId);

        using var answer = await later.SignOutAsync();

        Assert.Equal("/sign-in?signedOut=true", answer.Headers.Location?.ToString());
        Assert.Null((await later.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task Person_IsKnownByIssuerAndSubjectAlone()
    {
        await using var rig = await SignInRig.StartAsync();
        await rig.InDatabaseAsync(async db =>
        {
            db.Users.Add(new User { Issuer = "https://other.example", Subject = "sub-1", IsPlatformAdmin = true });
            return await db.SaveChangesAsync();
        });
        using var browser = rig.Open();
        rig.Authority.Claims = c => (c["roles"], c["groups"]) = (new[] { "PlatformAdmin" }, new[] { "admins" });
        await browser.SignInAsync();
        using var twin = rig.Open();
        rig.Authority.Claims = c => c["sub"] = "SUB-1";
        rig.Authority.UserInfo = new() { ["sub"] = "SUB-1" };
        await twin.SignInAsync();

        var (one, two) = (await browser.WhoamiAsync(), await twin.WhoamiAsync());

        Assert.NotNull(one.UserId);
        Assert.NotEqual(one.UserId, two.UserId);
        Assert.Equal(one.Email, two.Email);
        Assert.False(one.IsAdmin || two.IsAdmin);
        Assert.Equal(3, await rig.InDatabaseAsync(db => db.Users.CountAsync()));
    }

    [Fact]
    public async Task Claims_HugeOrHostile_AreBoundedAndTheCookieStaysSmall()
    {
        await using var rig = await SignInRig.StartAsync();
        rig.Authority.Claims = c => (c["name"], c["email"], c["filler"]) = ("\u202Eevil\u0000\u200B " + new string('n', 64_000), "al\u0435x@acme.example", new string('x', 64_000));
        using var browser = rig.Open();

        await browser.SignInAsync();

        var person = await browser.WhoamiAsync();
        Assert.StartsWith("evil nnn", person.Name, StringComparison.Ordinal);
        Assert.True(person.Name!.Length <= 120); // asserted just above
        Assert.Equal("", person.Email);
        Assert.True(browser.Cookies.GetAllCookies().Sum(c => c.Value.Length) < 4_000);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/\t/evil.example")]
    [InlineData("/sign-out")]
    public async Task ReturnUrl_ToElsewhere_LeadsHome(string returnUrl)
    {
        await using var rig = await SignInRig.StartAsync();
        using var browser = rig.Open();

        var (address, _) = await browser.SignInAsync("/sign-in/start?returnUrl=" + Uri.EscapeDataString(returnUrl));

        Assert.Equal(rig.Address + "/", address);
    }
}
