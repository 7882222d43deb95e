using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Connect;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Tests.Features.Model;
using Xunit;

namespace Portal.Tests.Features.Connect;

public sealed class ConnectionCheckTests : IDisposable
{
    private readonly ModelRig _rig = new(services => services.AddScoped<ConnectionCheck>());

    public void Dispose() => _rig.Dispose();

    [Theory]
    [InlineData(MemberRole.Owner, true, true)]
    [InlineData(MemberRole.Admin, true, true)]
    [InlineData(MemberRole.Editor, true, false)]
    [InlineData(MemberRole.Viewer, true, false)]
    [InlineData(MemberRole.Reviewer, false, false)]
    [InlineData(MemberRole.Billing, false, false)]
    public async Task Connection_ByRole_IsSeenByThoseWhoLookAndTestedByThoseWhoRunTheOrganization(MemberRole role, bool sees, bool tests)
    {
        Enter(Access.Of(role));
        var check = _rig.Get<ConnectionCheck>();

        Assert.Equal(sees, await AllowedAsync(() => check.DescribeAsync(ModelRig.Ct), Permission.ViewConnection));
        Assert.Equal(tests, check.MayRun);
        Assert.Equal(tests, await AllowedAsync(() => check.RunAsync(ModelRig.Ct), Permission.ManageConnection));
        await using var db = _rig.Database.CreateDbContext();
        Assert.Equal(tests, await db.Set<AuditEntry>().AnyAsync(e => e.Action == "connection.tested", ModelRig.Ct));
    }

    [Fact]
    public async Task Connection_ForAConsultant_IsClosedWhateverWasGranted()
    {
        Enter(new Access(AccessKind.Consultant, Permissions.ForConsultants, null, "Fieldwork", "eng_1"));

        Assert.False(await AllowedAsync(() => _rig.Get<ConnectionCheck>().DescribeAsync(ModelRig.Ct), Permission.ViewConnection));
    }

    private void Enter(Access access) => _rig.Get<CurrentMember>().Enter(
        new Membership("org_test", "Northwind", "northwind", TenantKind.Customer, MemberRole.Viewer) { Access = access }, new ClaimsPrincipal());

    private static async Task<bool> AllowedAsync(Func<Task> act, Permission permission)
    {
        try
        {
            await act();
            return true;
        }
        catch (ForbiddenException refused)
        {
            Assert.Equal(permission, refused.Permission);
            return false;
        }
    }
}
