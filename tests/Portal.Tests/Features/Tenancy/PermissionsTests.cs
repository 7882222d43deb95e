using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class PermissionsTests
{
    [Theory]
    [InlineData(MemberRole.Owner, Permission.EraseOrganization, true)]
    [InlineData(MemberRole.Admin, Permission.EraseOrganization, false)]
    [InlineData(MemberRole.Admin, Permission.ManageOwners, false)]
    [InlineData(MemberRole.Admin, Permission.ManageMembers, true)]
    [InlineData(MemberRole.Editor, Permission.Tune, true)]
    [InlineData(MemberRole.Editor, Permission.ManageMembers, false)]
    [InlineData(MemberRole.Editor, Permission.ViewAudit, false)]
    [InlineData(MemberRole.Reviewer, Permission.ReviewRows, true)]
    [InlineData(MemberRole.Reviewer, Permission.ChangeData, false)]
    [InlineData(MemberRole.Viewer, Permission.ReadRows, true)]
    [InlineData(MemberRole.Viewer, Permission.TryModel, false)]
    [InlineData(MemberRole.Billing, Permission.ReadRows, false)]
    [InlineData(MemberRole.Billing, Permission.ManageBilling, true)]
    [InlineData(MemberRole.Billing, Permission.Deploy, false)]
    public void Of_Role_AllowsItsVerbsAlone(MemberRole role, Permission permission, bool allowed) =>
        Assert.Equal(allowed, Permissions.Of(role).Contains(permission));

    [Fact]
    public void EveryPermission_IsAnOwnersAndHasWords()
    {
        foreach (var permission in Enum.GetValues<Permission>())
        {
            Assert.Contains(MemberRole.Owner, Permissions.RolesWith(permission));
            Assert.NotEqual("", permission.Words());
            Assert.Contains(permission.Words(), new ForbiddenException(permission).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ForConsultants_NeverTouchesTheOrganizationItself()
    {
        Permission[] organization =
        [
            Permission.ManageMembers, Permission.ManageOwners, Permission.ManageSignIn, Permission.ManageEngagements, Permission.ManageBilling, Permission.OverrideGate,
            Permission.ManageConnection, Permission.ManagePrivacy, Permission.ExportOrganization, Permission.EraseOrganization, Permission.ViewAudit,
        ];

        Assert.Empty(Permissions.ForConsultants.Intersect(organization));
    }
}
