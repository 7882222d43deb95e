using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

/// <summary>An invitation from the mail to the membership, and everybody else who tries it.</summary>
public sealed class InvitationTests : IDisposable
{
    private readonly MembersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData("nina@example.com", "nina@example.com")]
    [InlineData("  Nina@Example.COM ", "NINA@example.com")]
    [InlineData("ｎｉｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "nina@example.com")]
    [InlineData("nina@bücher.example", "Nina@xn--bcher-kva.example")]
    public async Task Accept_ByTheOneInvited_MakesAMemberOnce(string invited, string signedInAs)
    {
        var inside = await EnterOwnerAsync();
        var nina = await _rig.AddAsync("nina", email: signedInAs);
        var token = MembersRig.TokenOf(await InviteAsync(inside, invited));

        var offer = await _rig.Outside().FindAsync(nina.UserId, token, CancellationToken.None);
        Assert.Equal(("northwind", MemberRole.Editor, "olivia", false), (offer?.OrganizationName, offer?.Role, offer?.InvitedByName, offer?.IsMember));
        Assert.Equal("northwind", await _rig.Outside().AcceptAsync(nina.UserId, token, CancellationToken.None));

        Assert.Equal([MemberRole.Owner, MemberRole.Editor], (await _rig.RolesAsync()).Order());
        Assert.Null(await _rig.Outside().AcceptAsync(nina.UserId, token, CancellationToken.None));
        Assert.Equal(
            ["member.invited", "member.joined", "invitation.accepted"],
            await _rig.ReadAsync(db => db.Set<Portal.Persistence.AuditEntry>().OrderBy(e => e.Sequence).Select(e => e.Action).ToListAsync()));
    }

    [Fact]
    public async Task Accept_TwiceAtOnce_MakesOneMember()
    {
        var nina = await _rig.AddAsync("nina");
        var token = MembersRig.TokenOf(await InviteAsync(await EnterOwnerAsync(), "nina@example.com"));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => _rig.Outside().AcceptAsync(nina.UserId, token, CancellationToken.None))));

        Assert.Single(outcomes, o => o is "northwind");
        Assert.Equal(2, (await _rig.RolesAsync()).Count);
    }

    [Fact]
    public async Task Accept_ByAnybodyElseOrTooLate_IsOneAnswerWithoutATrace()
    {
        var inside = await EnterOwnerAsync();
        await _rig.AddAsync("ben", MemberRole.Owner, "harbour");
        var nina = await _rig.AddAsync("nina");
        var other = await _rig.AddAsync("other");
        var lookalike = await _rig.AddAsync("lookalike", email: "nіna@example.com");
        var unverified = await _rig.AddAsync("unverified", email: "nina@example.com", isVerified: false);
        var issued = await InviteAsync(inside, "nina@example.com");
        var token = MembersRig.TokenOf(issued);
        var before = (await _rig.TraceAsync("northwind"), await _rig.TraceAsync("harbour"));

        foreach (var person in new[] { other, lookalike, unverified })
        {
            await AssertRefusedAsync(person.UserId, token);
        }

        await AssertRefusedAsync("usr_nobody", token);
        foreach (var forged in new[] { "", " ", token[..^1], token + "0", token.ToLowerInvariant(), token.ToUpperInvariant(), $" {token}", $"{token}\0", new string('0', 43), new string('a', 100_000), "../../etc", "' OR 1=1 --", "<script>alert(1)</script>", null })
        {
            await AssertRefusedAsync(nina.UserId, forged);
        }

        _rig.Time.Advance(TimeSpan.FromDays(7));
        await AssertRefusedAsync(nina.UserId, token);
        Assert.Equal(before, (await _rig.TraceAsync("northwind"), await _rig.TraceAsync("harbour")));
    }

    [Fact]
    public async Task Token_ThatWasWithdrawnOrReplaced_IsWorthNothing()
    {
        var inside = await EnterOwnerAsync();
        var nina = await _rig.AddAsync("nina");
        var first = await InviteAsync(inside, "nina@example.com");
        var id = (await inside.Invitations.ListAsync(CancellationToken.None)).Single().Id;
        await Assert.ThrowsAsync<PortalException>(() => inside.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None));
        _rig.Time.Advance(TimeSpan.FromDays(8));

        var second = await inside.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None);
        await AssertRefusedAsync(nina.UserId, MembersRig.TokenOf(first));
        Assert.NotNull(await _rig.Outside().FindAsync(nina.UserId, MembersRig.TokenOf(second), CancellationToken.None));

        await inside.Invitations.WithdrawAsync(id, CancellationToken.None);
        await AssertRefusedAsync(nina.UserId, MembersRig.TokenOf(second));
        Assert.Equal(0, await _rig.ReadAsync(db => db.InvitationIndex.CountAsync()));
    }

    [Fact]
    public async Task Resend_OfOneThatRanOut_NeedsRoomAgain()
    {
        var inside = await EnterOwnerAsync();
        _rig.Seats = 2;
        await InviteAsync(inside, "nina@example.com");
        var id = (await inside.Invitations.ListAsync(CancellationToken.None)).Single().Id;
        await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, "otto@example.com"));
        // It has its seat while it is open.
        _rig.Time.Advance(TimeSpan.FromHours(1));
        await inside.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None);
        _rig.Time.Advance(TimeSpan.FromDays(8));
        await InviteAsync(inside, "otto@example.com");

        var full = await Assert.ThrowsAsync<PortalException>(() => inside.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None));

        Assert.Contains("2 of 2 members", full.Message, StringComparison.Ordinal);
        _rig.Seats = 3;
        await inside.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None);
    }

    [Fact]
    public async Task Invitation_OfOthers_IsNotFound()
    {
        var issuing = await EnterOwnerAsync();
        await InviteAsync(issuing, "nina@example.com");
        var id = (await issuing.Invitations.ListAsync(CancellationToken.None)).Single().Id;
        var foreign = await _rig.EnterAsync(await _rig.AddAsync("ben", MemberRole.Owner, "harbour"));
        _rig.Time.Advance(TimeSpan.FromHours(1));

        await Assert.ThrowsAsync<NotFoundException>(() => foreign.Invitations.WithdrawAsync(id, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => foreign.Invitations.ResendAsync(id, MembersRig.Portal, CancellationToken.None));
        Assert.Empty(await foreign.Invitations.ListAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nina")]
    [InlineData("nina@localhost")]
    [InlineData("nina@example.com, eve@evil.example")]
    [InlineData("nina@example.com\r\nBcc: eve@evil.example")]
    [InlineData("Nina <nina@example.com>")]
    [InlineData("nіna@example.com")]
    [InlineData("nina@127.0.0.1")]
    [InlineData("\u202Enina@example.com")]
    [InlineData("\uD800@example.com")]
    public async Task Invite_WhatIsNoAddress_IsRefusedPlainly(string address)
    {
        var inside = await EnterOwnerAsync();

        var refused = await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, address));
        Assert.StartsWith("This is not an e-mail address", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, new string('a', 1_000_000) + "@example.com"));
        await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, new string('a', 250) + "@example.com"));
        Assert.Equal(0, await _rig.ReadAsync(db => db.Invitations.CountAsync()));
    }

    [Fact]
    public async Task Invite_SomebodyWhoIsInOrInvited_SaysSo()
    {
        var inside = await EnterOwnerAsync();
        await InviteAsync(inside, "nina@example.com");

        Assert.Contains("invited already", (await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, "NINA@example.com"))).Message, StringComparison.Ordinal);
        Assert.Contains("a member already", (await Assert.ThrowsAsync<PortalException>(() => InviteAsync(inside, "Olivia@Example.com"))).Message, StringComparison.Ordinal);
    }

    private async Task<MembersRig.Inside> EnterOwnerAsync() => await _rig.EnterAsync(await _rig.AddAsync("olivia", MemberRole.Owner));

    private static Task<IssuedInvitation> InviteAsync(MembersRig.Inside inside, string address) =>
        inside.Invitations.InviteAsync(address, MemberRole.Editor, MembersRig.Portal, CancellationToken.None);

    private async Task AssertRefusedAsync(string userId, string? token)
    {
        Assert.Null(await _rig.Outside().FindAsync(userId, token, CancellationToken.None));
        Assert.Null(await _rig.Outside().AcceptAsync(userId, token, CancellationToken.None));
    }
}
