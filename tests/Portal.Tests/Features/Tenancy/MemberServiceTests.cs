using Microsoft.EntityFrameworkCore;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class MemberServiceTests : IDisposable
{
    private readonly MembersRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(MemberRole.Owner)]
    [InlineData(MemberRole.Admin)]
    [InlineData(MemberRole.Editor)]
    [InlineData(MemberRole.Reviewer)]
    [InlineData(MemberRole.Viewer)]
    [InlineData(MemberRole.Billing)]
    public async Task EveryAct_NeedsTheRightOfTheTable(MemberRole role)
    {
        await _rig.AddAsync("olivia", MemberRole.Owner);
        var me = await _rig.AddAsync("me", role);
        var other = await _rig.AddAsync("other", MemberRole.Viewer);
        var owner = await _rig.AddAsync("second", MemberRole.Owner);
        var inside = await _rig.EnterAsync(me);
        var (may, mayOwners) = (Permissions.Of(role).Contains(Permission.ManageMembers), Permissions.Of(role).Contains(Permission.ManageOwners));

        await AssertMayAsync(may, Permission.ManageMembers, () => inside.Members.ChangeRoleAsync(other.MemberId, MemberRole.Editor, 1, CancellationToken.None));
        await AssertMayAsync(may, Permission.ManageMembers, () => inside.Members.RemoveAsync(other.MemberId, CancellationToken.None));
        await AssertMayAsync(may, Permission.ManageMembers, () => inside.Invitations.InviteAsync("new@example.com", MemberRole.Viewer, MembersRig.Portal, CancellationToken.None));
        if (may)
        {
            await AssertMayAsync(mayOwners, Permission.ManageOwners, () => inside.Invitations.InviteAsync("boss@example.com", MemberRole.Owner, MembersRig.Portal, CancellationToken.None));
            await AssertMayAsync(mayOwners, Permission.ManageOwners, () => inside.Members.ChangeRoleAsync(me.MemberId, MemberRole.Owner, 1, CancellationToken.None));
            await AssertMayAsync(mayOwners, Permission.ManageOwners, () => inside.Members.RemoveAsync(owner.MemberId, CancellationToken.None));
        }

        Assert.Equal(Permissions.Of(role).Contains(Permission.ViewMembers) ? (mayOwners ? 2 : may ? 3 : 4) : 1, (await inside.Members.ListAsync(0, CancellationToken.None)).Rows.Count);
    }

    [Fact]
    public async Task ChangeRole_IsWrittenDownWithBothRoles()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        var erik = await _rig.AddAsync("erik", MemberRole.Editor);

        await (await _rig.EnterAsync(olivia)).Members.ChangeRoleAsync(erik.MemberId, MemberRole.Admin, 1, CancellationToken.None);

        Assert.Contains(MemberRole.Admin, await _rig.RolesAsync());
        var entry = await _rig.ReadAsync(db => db.Set<AuditEntry>().SingleAsync());
        Assert.Equal(("member.changed", "olivia", "10.0.0.7", "erik", "Role: Admin. Before: Editor."), (entry.Action, entry.ActorName, entry.Address, entry.TargetName, entry.Details));
    }

    [Fact]
    public async Task ChangeRole_OnAnOlderState_IsNotCarriedOut()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        var erik = await _rig.AddAsync("erik", MemberRole.Editor);
        var inside = await _rig.EnterAsync(olivia);
        await inside.Members.ChangeRoleAsync(erik.MemberId, MemberRole.Viewer, 1, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<PortalException>(() => inside.Members.ChangeRoleAsync(erik.MemberId, MemberRole.Admin, 1, CancellationToken.None));

        Assert.Contains("just made erik a viewer", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(MemberRole.Admin, await _rig.RolesAsync());
    }

    [Fact]
    public async Task LastOwner_StaysOwner()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        await _rig.AddAsync("adam", MemberRole.Admin);
        var inside = await _rig.EnterAsync(olivia);

        await AssertLastAsync(() => inside.Members.LeaveAsync(CancellationToken.None));
        await AssertLastAsync(() => inside.Members.RemoveAsync(olivia.MemberId, CancellationToken.None));
        await AssertLastAsync(() => inside.Members.ChangeRoleAsync(olivia.MemberId, MemberRole.Admin, 1, CancellationToken.None));

        Assert.Contains(MemberRole.Owner, await _rig.RolesAsync());
        Assert.Equal(0, await _rig.ReadAsync(db => db.Set<AuditEntry>().CountAsync()));
    }

    [Fact]
    public async Task Leave_WhileTheOtherOwnerIsLeaving_WaitsAndIsRefused()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        var oscar = await _rig.AddAsync("oscar", MemberRole.Owner);
        var (first, second) = (await _rig.EnterAsync(olivia), await _rig.EnterAsync(oscar));
        await using var db = await first.Dbs.CreateDbContextAsync();
        await using var turn = await db.TakeMembersTurnAsync(CancellationToken.None);
        var leaving = Task.Run(() => second.Members.LeaveAsync(CancellationToken.None));
        db.Members.Remove(await db.Members.SingleAsync(m => m.Id == olivia.MemberId));
        await db.SaveChangesAsync();

        // Without turns the second would read two owners in this time, and leave as well.
        Assert.NotSame(leaving, await Task.WhenAny(leaving, Task.Delay(300)));
        await turn.CommitAsync();

        await AssertLastAsync(() => leaving);
        Assert.Equal([MemberRole.Owner], await _rig.RolesAsync());
    }

    [Fact]
    public async Task TwoOwners_RemovingEachOtherAtOnce_LeaveExactlyOne()
    {
        for (var round = 0; round < 4; round++)
        {
            var organization = $"org-{round}";
            var olivia = await _rig.AddAsync($"olivia{round}", MemberRole.Owner, organization);
            var oscar = await _rig.AddAsync($"oscar{round}", MemberRole.Owner, organization);
            var (first, second) = (await _rig.EnterAsync(olivia), await _rig.EnterAsync(oscar));

            var outcomes = await Task.WhenAll(
                Task.Run(async () => await Record.ExceptionAsync(() => first.Members.RemoveAsync(oscar.MemberId, CancellationToken.None))),
                Task.Run(async () => await Record.ExceptionAsync(() => second.Members.RemoveAsync(olivia.MemberId, CancellationToken.None))));

            Assert.Single(outcomes, o => o is null);
            Assert.True(Assert.IsType<AccessChangedException>(Assert.Single(outcomes, o => o is not null)).Ended);
            Assert.Equal([MemberRole.Owner], await _rig.RolesAsync(organization));
        }
    }

    [Fact]
    public async Task Remove_MemberOfOthers_IsNotFound()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        var ben = await _rig.AddAsync("ben", MemberRole.Editor, "harbour");
        var inside = await _rig.EnterAsync(olivia);

        await Assert.ThrowsAsync<NotFoundException>(() => inside.Members.RemoveAsync(ben.MemberId, CancellationToken.None));
        await Assert.ThrowsAsync<NotFoundException>(() => inside.Members.ChangeRoleAsync(ben.MemberId, MemberRole.Owner, 1, CancellationToken.None));

        Assert.Equal([MemberRole.Editor], await _rig.RolesAsync("harbour"));
    }

    [Fact]
    public async Task Remove_WithdrawsWhatTheRemovedInvited()
    {
        var olivia = await _rig.AddAsync("olivia", MemberRole.Owner);
        var adam = await _rig.AddAsync("adam", MemberRole.Admin);
        var second = await _rig.AddAsync("second");
        var issued = await (await _rig.EnterAsync(adam)).Invitations.InviteAsync("second@example.com", MemberRole.Admin, MembersRig.Portal, CancellationToken.None);

        await (await _rig.EnterAsync(olivia)).Members.RemoveAsync(adam.MemberId, CancellationToken.None);

        Assert.Null(await _rig.Outside().AcceptAsync(second.UserId, MembersRig.TokenOf(issued), CancellationToken.None));
    }

    private static async Task AssertMayAsync(bool may, Permission permission, Func<Task> act)
    {
        var refused = await Record.ExceptionAsync(act);
        Permission? expected = may ? null : permission;
        Assert.Equal(expected, refused is null ? null : Assert.IsType<ForbiddenException>(refused).Permission);
    }

    private static async Task AssertLastAsync(Func<Task> act) =>
        Assert.Contains("only owner", (await Assert.ThrowsAsync<PortalException>(act)).Message, StringComparison.Ordinal);
}
