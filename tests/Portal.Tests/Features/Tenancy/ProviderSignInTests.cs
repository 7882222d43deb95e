using System.Net;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>People come by an organisation's own provider, and each way in which one could speak for more than it may is shut.</summary>
public sealed class ProviderSignInTests
{
    [Fact]
    public async Task SignIn_ByTypedAddress_MakesAMemberOfTheVerifiedDomainAndNoAdmin()
    {
        await using var rig = await ProviderRig.StartAsync();
        await rig.ConfigureAsync("acme");
        // The same issuer and subject is an admin of the platform: this provider does not speak for that.
        await rig.OutsideAsync(async db =>
        {
            db.Users.Add(new User { Issuer = rig.Provider.Issuer, Subject = "sub-1", IsPlatformAdmin = true });
            return await db.SaveChangesAsync();
        });
        using var browser = rig.Portal.Open();

        var (address, worst) = await browser.SubmitAsync("/sign-in/by-email", ("email", "Alex@ACME.example"), ("returnUrl", "/o/acme"));

        Assert.True(worst < 400);
        Assert.EndsWith("/o/acme", address, StringComparison.Ordinal);
        Assert.Equal("alex@acme.example", rig.Provider.LastAsked["login_hint"]);
        var person = await browser.WhoamiAsync();
        Assert.False(person.IsAdmin);
        Assert.Equal(MemberRole.Reviewer, await rig.RoleAsync("acme", person.UserId));
        Assert.Null(await rig.RoleAsync("other", person.UserId));

        using var answer = await browser.SignOutAsync();
        Assert.StartsWith(rig.Provider.Issuer + "/signout", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
        var (signedOut, _) = await browser.SignInAsync(answer.Headers.Location!.ToString()); // asserted just above
        Assert.EndsWith("/sign-in?signedOut=true", signedOut, StringComparison.Ordinal);
        Assert.Null((await browser.WhoamiAsync()).UserId);

        var log = await rig.LogAsync("acme");
        Assert.Single(log, e => e.Action is "member.admitted" && e.ActorId == person.UserId && e.Details.Contains("acme.example", StringComparison.Ordinal));
        Assert.Single(log, e => e.Action is "session.began" && e.ActorId == person.UserId && e.Address is not "");
        Assert.Single(log, e => e.Action is "session.ended" && e.ActorId == person.UserId);
        Assert.All(log, e => Assert.True(AuditWords.Knows(e.Action), e.Action));
        Assert.DoesNotContain(await rig.LogAsync("other"), e => e.ActorId == person.UserId);
    }

    [Theory]
    [InlineData("alex@other.example", true, true)]
    [InlineData("alex@acme.example.evil.example", true, true)]
    [InlineData("alex@sub.acme.example", true, true)]
    [InlineData("alex@\u0430cme.example", true, true)]
    [InlineData("alex@acme.example", false, true)]
    [InlineData("alex@acme.example", true, false)]
    [InlineData("", true, true)]
    public async Task SignIn_WithoutARightToIt_AdmitsNobody(string email, bool isEmailVerified, bool isDomainVerified)
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme", isDomainVerified);
        rig.Provider.Claims = c => (c["email"], c["email_verified"]) = (email, isEmailVerified);
        using var browser = rig.Portal.Open();

        var (address, _) = await browser.SubmitAsync(PortalUrls.SignInWithStart(id));

        Assert.EndsWith("why=NotAdmitted", address, StringComparison.Ordinal);
        var person = await browser.WhoamiAsync();
        Assert.NotNull(person.UserId);
        Assert.Null(await rig.RoleAsync("acme", person.UserId));
        // Nor does this provider's word about an address count anywhere else, an invitation for one.
        Assert.False(await rig.OutsideAsync(db => db.Users.Where(u => u.Id == person.UserId).Select(u => u.IsEmailVerified).SingleAsync()));
    }

    [Fact]
    public async Task SignIn_OfSomebodyWhoWasRemoved_NeedsAnInvitation()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        using var browser = rig.Portal.Open();
        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));
        var person = await browser.WhoamiAsync();
        await rig.ActAsync<MemberService>("acme", async s => await s.RemoveAsync((await s.ListAsync(0, default)).Rows.Single(r => r.UserId == person.UserId).Id, default));

        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));

        Assert.Null(await rig.RoleAsync("acme", person.UserId));
    }

    [Fact]
    public async Task SignIn_OfTwoAtOnceForTheLastRoom_AdmitsOneAndTellsTheOwnersOnce()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        await rig.FillAsync("acme", (int)Plans.Practice.LimitOf(Limit.Members)!.Value - 1); // the practice plan limits members

        var admissions = await Task.WhenAll(new[] { "Newcomer 1", "Newcomer 2" }.Select(name => Task.Run(() => rig.AdmitAsync(id, name))));

        Assert.Equal([Admission.Member, Admission.NoRoom], admissions.Order());
        Assert.Equal(100, await rig.MemberCountAsync("acme"));
        // Tried again, and by somebody else: each stands in the log once, and the owners have one mail.
        foreach (var _ in Enumerable.Range(0, 2))
        {
            using var third = rig.Portal.Open();
            Assert.EndsWith("why=NoRoom", (await third.SubmitAsync(PortalUrls.SignInWithStart(id))).Address, StringComparison.Ordinal);
            // Signed in all the same, so that an invitation's link opens.
            Assert.NotNull((await third.WhoamiAsync()).UserId);
            Assert.EndsWith("/invitations/abc", (await third.SubmitAsync(PortalUrls.SignInWithStart(id), ("returnUrl", "/invitations/abc"))).Address, StringComparison.Ordinal);
        }

        Assert.Equal(2, (await rig.LogAsync("acme")).Count(e => e is { Action: "member.no-room", Outcome: AuditOutcome.Denied }));
        Assert.StartsWith("acme has no room for Newcomer", Assert.Single(await rig.MailsAsync("acme")).Subject, StringComparison.Ordinal);
        await rig.OutsideAsync(db => db.Members.Where(m => m.Role == MemberRole.Viewer).Take(1).ExecuteDeleteAsync());
        using var again = rig.Portal.Open();
        Assert.EndsWith("/o/acme", (await again.SubmitAsync(PortalUrls.SignInWithStart(id), ("returnUrl", "/o/acme"))).Address, StringComparison.Ordinal);
        Assert.Equal(MemberRole.Reviewer, await rig.RoleAsync("acme", (await again.WhoamiAsync()).UserId));
    }

    [Theory]
    [InlineData("alex@nobody.example")]
    [InlineData("alex@other.example")]
    [InlineData("")]
    [InlineData("<script>@acme.example")]
    [InlineData("a@b@acme.example")]
    public async Task SignIn_ByAnAddressOfNobodysDomain_IsTheGeneralOneWhateverOrganizationsThereAre(string email)
    {
        await using var rig = await ProviderRig.StartAsync();
        await rig.ConfigureAsync("acme");
        await rig.ConfigureAsync("other", verified: false);
        using var browser = rig.Portal.Open();

        using var answer = await browser.PostAsync("/sign-in/by-email", ("email", email));

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith(rig.Portal.Authority.Issuer + "/authorize", answer.Headers.Location?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_AtAnotherProvidersAddress_IsNotHeard()
    {
        await using var rig = await ProviderRig.StartAsync();
        var (acme, other) = (await rig.ConfigureAsync("acme"), await rig.ConfigureAsync("other"));
        using var browser = rig.Portal.Open();
        rig.Provider.Return = back => back.Replace(acme, other, StringComparison.Ordinal);

        var (address, worst) = await browser.SubmitAsync(PortalUrls.SignInWithStart(acme));

        Assert.True(worst < 500);
        Assert.Contains("why=Expired", address, StringComparison.Ordinal);
        Assert.Null((await browser.WhoamiAsync()).UserId);
        Assert.Equal(0, rig.Provider.TokenCalls);
    }

    [Fact]
    public async Task Token_OfAnotherProvider_IsRefused()
    {
        await using var rig = await ProviderRig.StartAsync();
        await using var second = await ForgingAuthority.StartAsync();
        var acme = await rig.ConfigureAsync("acme");
        await rig.ConfigureAsync("other", issuer: second.Issuer);
        using var browser = rig.Portal.Open();
        // Good in itself: another provider of this portal signed it, for the same client, with the nonce of this sign-in.
        rig.Provider.Signature = (header, payload) =>
        {
            (payload["iss"], header["kid"]) = (second.Issuer, second.KeyId);
            return second.Sign(header, payload);
        };

        var (address, _) = await browser.SubmitAsync(PortalUrls.SignInWithStart(acme));

        Assert.Contains("why=Untrusted", address, StringComparison.Ordinal);
        Assert.Null((await browser.WhoamiAsync()).UserId);
    }

    [Fact]
    public async Task Session_OfAnOrganizationsProvider_ReachesNoOtherUnlessThePersonBelongsThere()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        await rig.ConfigureAsync("other");
        using var browser = rig.Portal.Open();

        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));

        var person = await browser.WhoamiAsync();
        Assert.True(await rig.IsLetInAsync("acme", browser));
        Assert.False(await rig.IsLetInAsync("other", browser));
        await rig.AddMemberAsync("other", person.UserId!, MemberRole.Viewer); // signed in just now
        Assert.True(await rig.IsLetInAsync("other", browser));
        Assert.Single(await rig.LogAsync("acme"), e => e.Action is "session.began");
    }

    [Fact]
    public async Task SwitchOff_EndsItsSessionsAndItsAddresses()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        using var own = rig.Portal.Open();
        using var general = rig.Portal.Open();
        await own.SubmitAsync(PortalUrls.SignInWithStart(id));
        await general.SignInAsync();

        await rig.SwitchAsync("acme", id, on: false);

        Assert.Null((await own.WhoamiAsync()).UserId);
        Assert.NotNull((await general.WhoamiAsync()).UserId);
        foreach (var gone in new[] { PortalUrls.ProviderCallback(id) + "?code=a&state=b", PortalUrls.ProviderCallback("idp_none"), PortalUrls.ProviderSignedOut(new string('x', 500)) })
        {
            Assert.EndsWith("/sign-in/problem?why=NotFound", (await own.SignInAsync(gone)).Address, StringComparison.Ordinal);
        }

        Assert.Contains(await rig.LogAsync("acme"), e => e.Action is "session.ended" && e.Details.Contains("switched off", StringComparison.Ordinal));
        using var answer = await own.PostAsync(PortalUrls.ProviderBackChannel(id), ("logout_token", rig.Provider.LogoutToken()));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task BackChannel_OfOneProvider_EndsNoSessionThatAnotherBegan()
    {
        await using var rig = await ProviderRig.StartAsync();
        var (acme, other) = (await rig.ConfigureAsync("acme"), await rig.ConfigureAsync("other"));
        using var browser = rig.Portal.Open();
        await browser.SubmitAsync(PortalUrls.SignInWithStart(acme));

        using var first = await browser.PostAsync(PortalUrls.ProviderBackChannel(other), ("logout_token", rig.Provider.LogoutToken()));
        Assert.NotNull((await browser.WhoamiAsync()).UserId);
        using var second = await browser.PostAsync(PortalUrls.ProviderBackChannel(acme), ("logout_token", rig.Provider.LogoutToken()));

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Null((await browser.WhoamiAsync()).UserId);
        Assert.Contains(await rig.LogAsync("acme"), e => e.Action is "session.ended" && e.Details.Contains("provider ended", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("client_secret_basic", "client_secret_basic")]
    [InlineData("client_secret_post", "client_secret_post")]
    [InlineData("client_secret_basic client_secret_post", "client_secret_basic")]
    [InlineData("client_secret_post client_secret_basic", "client_secret_post")]
    [InlineData("", "client_secret_basic")]
    public async Task SignIn_WithEitherWayToSendTheSecret_Works(string offered, string taken)
    {
        await using var rig = await ProviderRig.StartAsync();
        rig.Provider.AuthMethod = taken;
        rig.Provider.Metadata = m =>
        {
            if (offered is not "")
            {
                m["token_endpoint_auth_methods_supported"] = offered.Split(' ');
            }

            return m;
        };
        var id = await rig.ConfigureAsync("acme");
        using var browser = rig.Portal.Open();

        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));

        Assert.NotNull((await browser.WhoamiAsync()).UserId);
        Assert.All(await rig.CheckAsync("acme", id), f => Assert.True(f.Passed, f.What + f.Details));
    }

    [Fact]
    public async Task Start_FromAPageElsewhere_IsRefused()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        using var browser = rig.Portal.Open();

        foreach (var address in new[] { PortalUrls.SignInWithStart(id), PortalUrls.SignInByEmail })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(rig.Portal.Address), address)) { Content = new FormUrlEncodedContent([new("email", "alex@acme.example")]) };
            using var answer = await browser.SendAsync(request);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            using var noForm = new HttpRequestMessage(HttpMethod.Post, request.RequestUri) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") };
            using var refused = await browser.SendAsync(noForm);
            Assert.Equal(HttpStatusCode.UnsupportedMediaType, refused.StatusCode);
        }
    }

    [Fact]
    public async Task SignIn_RefusedThoughThePersonIsKnown_StandsInTheLog()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        using var browser = rig.Portal.Open();
        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));
        rig.Provider.Claims = c => c["nonce"] = "of another sign-in";

        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));
        // A stranger's signature names nobody, whatever it says: the organization hears of it, the person does not, and its log is not filled by it.
        rig.Provider.Claims = null;
        rig.Provider.Signature = (header, payload) => rig.Portal.Authority.Sign(header, payload);
        await browser.SubmitAsync(PortalUrls.SignInWithStart(id));

        var refused = (await rig.LogAsync("acme")).Where(e => e.Action is "session.refused").ToList();
        Assert.All(refused, e => Assert.Equal(AuditOutcome.Denied, e.Outcome));
        Assert.Single(refused, e => e.ActorId is not "");
        Assert.Equal((id, "Somebody unknown"), Assert.Single(refused, e => e.ActorId is "") is var untold ? (untold.TargetId, untold.ActorName) : default);
        Assert.DoesNotContain(await rig.LogAsync("other"), e => e.Action is "session.refused");
        using var pace = new RefusalPace();
        Assert.Equal(RefusalPace.PerMinute, Enumerable.Range(0, 50).Count(_ => pace.Allows("org_acme")));
        Assert.True(pace.Allows("org_other"));
    }

    [Fact]
    public async Task Required_ClosesTheOrganizationToThoseWhoCameAnotherWay()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        using var general = rig.Portal.Open();
        await general.SignInAsync();
        await rig.AddMemberAsync("acme", (await general.WhoamiAsync()).UserId!, MemberRole.Editor); // signed in just now
        var early = await Assert.ThrowsAsync<PortalException>(() => rig.ActAsync<IdentityProviderService>("acme", s => s.RequireAsync(true, default)));
        Assert.Contains("No member has signed in", early.Message, StringComparison.Ordinal);
        using var own = rig.Portal.Open();
        await own.SubmitAsync(PortalUrls.SignInWithStart(id));

        await rig.ActAsync<IdentityProviderService>("acme", s => s.RequireAsync(true, default));

        Assert.False(await rig.IsLetInAsync("acme", general));
        Assert.True(await rig.IsLetInAsync("acme", own));
        // The owner, known elsewhere, is still let in, and is kept from shutting everybody else out.
        var refused = await Assert.ThrowsAsync<PortalException>(() => rig.SwitchAsync("acme", id, on: false));
        Assert.Contains("Lift that first", refused.Message, StringComparison.Ordinal);
        await rig.ActAsync<IdentityProviderService>("acme", s => s.RequireAsync(false, default));
        Assert.True(await rig.IsLetInAsync("acme", general));
    }
}
