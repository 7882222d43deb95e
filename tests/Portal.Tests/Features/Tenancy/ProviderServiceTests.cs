using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class ProviderServiceTests
{
    private static readonly SignInOptions s_production = new() { Authority = "https://id.portal.example/" };

    [Theory]
    [InlineData("")]
    [InlineData("login.acme.example")]
    [InlineData("http://login.acme.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://login.acme.example?x=1")]
    [InlineData("https://login.acme.example?")]
    [InlineData("https://login.acme.example#x")]
    [InlineData("https://user:pass@login.acme.example")]
    [InlineData("https://login.acme.example@evil.example")]
    [InlineData("https://LOGIN.acme.example")]
    [InlineData("https://login.acme.example:443")]
    [InlineData("https://login.acme.example/a/../b")]
    [InlineData("https://login.acme.example\\@evil.example")]
    [InlineData("https://login.\u0430cme.example")]
    [InlineData("https://login.acme.example/\u202eelpmaxe")]
    [InlineData("https://<b>.example")]
    [InlineData("https://localhost")]
    [InlineData("https://portal")]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://2130706433")]
    [InlineData("https://0x7f.1")]
    [InlineData("https://10.0.0.5/idp")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://[::1]")]
    [InlineData("https://[::ffff:10.0.0.1]")]
    [InlineData("https://db.internal")]
    [InlineData("https://printer.local")]
    [InlineData("https://id.portal.example")]
    [InlineData("http://127.0.0.1:5000")]
    public void Issuer_Unfit_IsRefusedInPlainWords(string issuer)
    {
        var refused = Assert.Throws<PortalException>(() => ProviderAddress.Issuer(issuer, s_production));

        Assert.DoesNotContain("Exception", refused.Message, StringComparison.Ordinal);
        Assert.Throws<PortalException>(() => ProviderAddress.Issuer("https://" + new string('a', 300) + ".example", s_production));
    }

    [Theory]
    [InlineData("https://login.acme.example")]
    [InlineData("https://login.acme.example/")]
    [InlineData("https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0")]
    [InlineData("https://id.acme.example:8443/realms/acme")]
    [InlineData("https://xn--cme-5cd.example")]
    public void Issuer_AsProvidersWriteIt_IsKeptLetterForLetter(string issuer) => Assert.Equal(issuer, ProviderAddress.Issuer($" {issuer} ", s_production));

    [Theory]
    [InlineData("acme.example", "acme.example")]
    [InlineData(" ACME.Example. ", "acme.example")]
    [InlineData("m\u00fcnchen.example", "xn--mnchen-3ya.example")]
    [InlineData("\u0430cme.example", "xn--cme-5cd.example")]
    [InlineData("\uff41cme.example", "acme.example")]
    [InlineData("alex@acme.example", null)]
    [InlineData("acme", null)]
    [InlineData("acme.example/path", null)]
    [InlineData("-acme.example", null)]
    [InlineData("acme..example", null)]
    [InlineData("127.0.0.1", null)]
    [InlineData("<b>.example", null)]
    [InlineData("ac\u202eme.example", null)]
    [InlineData("xn--\u0430.example", null)]
    public void Domain_StandsAsNameServersKnowIt(string typed, string? kept)
    {
        if (kept is null)
        {
            Assert.Throws<PortalException>(() => ProviderAddress.Domain(typed));
        }
        else
        {
            Assert.Equal(kept, ProviderAddress.Domain(typed));
        }
    }

    [Fact]
    public void Name_IsCleanedOfMarksThatTurnOrHideLetters()
    {
        Assert.Equal("Acme <b>Okta</b>", ProviderAddress.Name("Acme\u202e <b>Ok\u200bta</b>\r\n"));
        Assert.Throws<PortalException>(() => ProviderAddress.Name("\u202e\u200b "));
        Assert.Throws<PortalException>(() => ProviderAddress.Name(new string('n', 81)));
        Assert.Throws<PortalException>(() => ProviderAddress.Secret(new string('s', 1_001)));
        Assert.Throws<PortalException>(() => ProviderAddress.ClientId("a\u202eb"));
    }

    [Fact]
    public async Task Change_OfTheIssuerWithoutItsSecret_IsRefusedAndTheSecretIsNowhereInClear()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.AddAsync("acme");

        var refused = await Assert.ThrowsAsync<PortalException>(() => rig.ActAsync<IdentityProviderService>("acme", async s =>
            await s.ChangeAsync(id, new ProviderDraft("Acme", "https://login.other.example", ForgingAuthority.ClientId, ""), await ProviderRig.VersionAsync(s, id), default)));
        Assert.Contains("typed again", refused.Message, StringComparison.Ordinal);
        await rig.ActAsync<IdentityProviderService>("acme", async s =>
            await s.ChangeAsync(id, new ProviderDraft("Acme Okta", rig.Provider.Issuer, ForgingAuthority.ClientId, ""), await ProviderRig.VersionAsync(s, id), default));

        var log = await rig.LogAsync("acme");
        Assert.DoesNotContain(log, e => (e.Details + e.TargetName).Contains(ForgingAuthority.ClientSecret, StringComparison.Ordinal));
        Assert.Equal(["provider.added", "provider.changed"], log.Select(e => e.Action));
    }

    [Fact]
    public async Task Change_OnAnOlderState_IsNotCarriedOut()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.AddAsync("acme");
        await rig.ActAsync<IdentityProviderService>("acme", async s =>
        {
            var seen = await ProviderRig.VersionAsync(s, id);
            await s.SwitchAsync(id, on: true, seen, default);

            Assert.Contains("Somebody else", (await Assert.ThrowsAsync<PortalException>(() => s.RemoveAsync(id, seen, default))).Message, StringComparison.Ordinal);
            Assert.True((await s.ListAsync(default)).Rows.Single().IsOn);
        });
    }

    [Fact]
    public async Task SwitchOff_WhereEveryOwnerIsKnownByItAlone_IsRefused()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.ConfigureAsync("acme");
        await rig.OutsideAsync(async db =>
        {
            var tenant = await db.Tenants.SingleAsync(t => t.Slug == "acme");
            var owner = new User { Issuer = rig.Provider.Issuer, Subject = "owner" };
            db.Users.Add(owner);
            db.Members.Add(new Member { TenantId = tenant.Id, UserId = owner.Id, Role = MemberRole.Owner });
            db.Members.Remove(await db.Members.SingleAsync(m => m.TenantId == tenant.Id && m.UserId == rig.OwnerId));
            db.Members.Add(new Member { TenantId = tenant.Id, UserId = rig.OwnerId, Role = MemberRole.Admin });
            return await db.SaveChangesAsync();
        });

        var refused = await Assert.ThrowsAsync<PortalException>(() => rig.SwitchAsync("acme", id, on: false));

        Assert.Contains("no owner could sign in", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MemberRole.Editor)]
    [InlineData(MemberRole.Billing)]
    public async Task Everything_NeedsTheRight(MemberRole role)
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.AddAsync("acme");
        var userId = await rig.OutsideAsync(async db =>
        {
            var user = new User { Issuer = "https://elsewhere.example", Subject = "other" };
            db.Users.Add(user);
            await db.SaveChangesAsync();
            return user.Id;
        });
        await rig.AddMemberAsync("acme", userId, role);
        var draft = new ProviderDraft("n", rig.Provider.Issuer, "c", "s");

        await rig.ActAsync<IdentityProviderService>("acme", userId, async s =>
        {
            foreach (var act in new Func<Task>[]
            {
                () => s.ListAsync(default), () => s.AddAsync(draft, default), () => s.ChangeAsync(id, draft, 1, default), () => s.SwitchAsync(id, true, 1, default),
                () => s.AdmitAsync(id, false, MemberRole.Viewer, 1, default), () => s.RemoveAsync(id, 1, default), () => s.RequireAsync(false, default), () => s.SavedAsync(id, default),
            })
            {
                await Assert.ThrowsAsync<ForbiddenException>(act);
            }
        });
        await rig.ActAsync<DomainService>("acme", userId, async s =>
        {
            foreach (var act in new Func<Task>[] { () => s.ListAsync(default), () => s.ClaimAsync("acme.example", default), () => s.VerifyAsync("dom_1", default), () => s.RemoveAsync("dom_1", default) })
            {
                await Assert.ThrowsAsync<ForbiddenException>(act);
            }
        });
    }

    [Fact]
    public async Task IdsOfAnotherOrganization_AreNotFound()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.AddAsync("acme");
        var domain = await rig.ClaimAsync("acme", "acme.example");

        await rig.ActAsync<IdentityProviderService>("other", async s =>
        {
            foreach (var given in new[] { id, "idp_none", id.ToUpperInvariant(), id + " " })
            {
                await Assert.ThrowsAsync<NotFoundException>(() => s.SwitchAsync(given, true, 1, default));
                await Assert.ThrowsAsync<NotFoundException>(() => s.RemoveAsync(given, 1, default));
                await Assert.ThrowsAsync<NotFoundException>(() => s.SavedAsync(given, default));
            }
        });
        await rig.ActAsync<DomainService>("other", async s =>
        {
            await Assert.ThrowsAsync<NotFoundException>(() => s.VerifyAsync(domain.Id, default));
            await Assert.ThrowsAsync<NotFoundException>(() => s.RemoveAsync(domain.Id, default));
        });
    }

    [Fact]
    public async Task Test_NamesWhatIsWrong()
    {
        await using var rig = await ProviderRig.StartAsync();
        var id = await rig.AddAsync("acme");

        Assert.All(await rig.CheckAsync("acme", id), f => Assert.True(f.Passed, f.What));
        await rig.ActAsync<IdentityProviderService>("acme", async s =>
            await s.ChangeAsync(id, new ProviderDraft("Acme", rig.Provider.Issuer, ForgingAuthority.ClientId, "wrong"), await ProviderRig.VersionAsync(s, id), default));
        Assert.Contains(await rig.CheckAsync("acme", id), f => f is { Passed: false, Details: "invalid_client" });
        rig.Provider.Metadata = m => { m["issuer"] = "https://other.example"; return m; };
        Assert.Contains(await rig.CheckAsync("acme", id), f => !f.Passed && f.Details.Contains("calls itself", StringComparison.Ordinal));
        rig.Provider.Metadata = m => { m["token_endpoint_auth_methods_supported"] = new[] { "private_key_jwt" }; m["code_challenge_methods_supported"] = new[] { "plain" }; return m; };
        Assert.Equal(2, (await rig.CheckAsync("acme", id)).Count(f => !f.Passed));
        rig.Provider.IsDown = true;
        Assert.Contains(await rig.CheckAsync("acme", id), f => f is { Passed: false, What: "The issuer answers" });
        Assert.Equal(5, (await rig.LogAsync("acme")).Count(e => e.Action is "provider.tested"));
    }
}
