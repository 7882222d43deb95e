using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Features.Model;

public sealed class ChoiceServiceTests : IDisposable
{
    private readonly ModelRig _rig = new();

    public static TheoryData<MemberRole> Roles => [.. Enum.GetValues<MemberRole>()];

    public void Dispose() => _rig.Dispose();

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ChooseAsync_ByRole_IsForThoseWhoBuild(MemberRole role)
    {
        await _rig.SeedAsync();
        var run = await _rig.StartAsync();
        await _rig.PumpAsync();
        var choices = _rig.Get<ChoiceService>();
        _rig.Get<CurrentMember>().Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal());

        if (role is MemberRole.Owner or MemberRole.Admin or MemberRole.Editor)
        {
            Assert.True(choices.MayChoose);
            await choices.ChooseAsync(_rig.ProjectId, run.CandidateId, ModelRig.Ct);
            Assert.Equal(run.CandidateId, (await choices.FindAsync(_rig.ProjectId, ModelRig.Ct))?.CandidateId);
            return;
        }

        Assert.False(choices.MayChoose);
        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => choices.ChooseAsync(_rig.ProjectId, run.CandidateId, ModelRig.Ct));
        Assert.Equal(Permission.ChooseModel, refused.Permission);
        Assert.Null(await choices.FindAsync(_rig.ProjectId, ModelRig.Ct));
        await using var db = _rig.Database.CreateDbContext();
        Assert.False(await db.Set<AuditEntry>().AnyAsync(e => e.Action == "model.chosen", ModelRig.Ct));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task StartAsync_ByRole_IsForThoseWhoBuild(MemberRole role)
    {
        await _rig.SeedAsync();
        _rig.Get<CurrentMember>().Enter(new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, role), new ClaimsPrincipal());

        if (role is MemberRole.Owner or MemberRole.Admin or MemberRole.Editor)
        {
            Assert.True((await _rig.StartAsync()).IsActive);
            return;
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => _rig.StartAsync());
        Assert.Empty(_rig.Jobs.Waiting);
    }
}
