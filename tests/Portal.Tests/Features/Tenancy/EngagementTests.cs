using Portal.Features.Tenancy;
using Xunit;

namespace Portal.Tests.Features.Tenancy;

public sealed class EngagementTests
{
    private static readonly DateTime s_now = new(2026, 11, 25, 9, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void Approve_GrantsWhatTheOwnerSaysAndNotWhatWasAsked()
    {
        var engagement = Asked([Permission.Tune, Permission.ReadRows]);

        engagement.Approve(Grant([Permission.Tune], ["prj_1"]), "usr_o", "Olivia", s_now);

        Assert.Equal([Permission.ViewProjects, Permission.Tune], engagement.Permissions.Order());
        Assert.Equal(["prj_1"], engagement.ProjectIds);
        Assert.Equal("Olivia", engagement.ApprovedByName);
        Assert.True(engagement.Admits("usr_c", s_now));
        Assert.False(engagement.Admits("usr_x", s_now));
    }

    [Fact]
    public void Admits_OutsideItsDates_IsFalse()
    {
        var engagement = Asked([]);
        engagement.Approve(Grant([]), "usr_o", "Olivia", s_now);

        Assert.True(engagement.Admits("usr_c", engagement.EndsAt.AddTicks(-1)));
        Assert.False(engagement.Admits("usr_c", engagement.EndsAt));
        Assert.False(engagement.Admits("usr_c", engagement.StartsAt.AddTicks(-1)));
    }

    [Theory]
    [InlineData(Permission.ManageMembers)]
    [InlineData(Permission.ManageEngagements)]
    [InlineData(Permission.OverrideGate)]
    [InlineData(Permission.ViewAudit)]
    public void Ask_ForTheOrganizationItself_IsRefused(Permission permission) => Assert.Throws<PortalException>(() => Asked([permission]));

    [Fact]
    public void Ask_ReviewWithoutReading_IsRefused() => Assert.Throws<PortalException>(() => Asked([Permission.ReviewRows]));

    [Fact]
    public void Ask_ForWrongDays_IsRefused()
    {
        Assert.Throws<PortalException>(() => New().Ask(new EngagementGrant([], null, s_now, s_now.AddDays(-1)), s_now));
        Assert.Throws<PortalException>(() => New().Ask(new EngagementGrant([], null, s_now.AddDays(-9), s_now.AddDays(-1)), s_now));
        Assert.Throws<PortalException>(() => New().Ask(new EngagementGrant([], null, s_now, s_now.AddDays(400)), s_now));
        Assert.Throws<PortalException>(() => New().Ask(new EngagementGrant([], [], s_now, s_now.AddDays(4)), s_now));
    }

    [Fact]
    public void Answer_TooLateOrTwiceOrByTheAsker_IsRefused()
    {
        Assert.Throws<PortalException>(() => Asked([]).Approve(Grant([]), "u", "n", s_now + Engagement.AnsweredWithin));
        Assert.Throws<PortalException>(() => Asked([]).Decline(EngagementSide.Consultancy, "n", s_now));
        var declined = Asked([]);
        declined.Decline(EngagementSide.Client, "n", s_now);
        Assert.Throws<PortalException>(() => declined.Approve(Grant([]), "u", "n", s_now));
        Assert.True(declined.LooksOpen(s_now));
    }

    [Fact]
    public void NameConsultants_AfterTheApproval_IsRefused()
    {
        var engagement = Asked([]);
        engagement.Approve(Grant([]), "u", "n", s_now);

        Assert.Throws<PortalException>(() => engagement.NameConsultants(["usr_other"]));
        engagement.TakeOff("usr_d", s_now);
        Assert.False(engagement.Admits("usr_d", s_now));
        Assert.Throws<PortalException>(() => engagement.TakeOff("usr_c", s_now));
    }

    private static Engagement New() => new() { ConsultancyId = "org_f", ClientId = "org_n", AskedBy = EngagementSide.Consultancy, AskedSlug = "n", AskedAt = s_now };

    private static Engagement Asked(IReadOnlyCollection<Permission> permissions)
    {
        var engagement = New();
        engagement.Ask(Grant(permissions), s_now);
        engagement.NameConsultants(["usr_c", "usr_d"]);
        return engagement;
    }

    private static EngagementGrant Grant(IReadOnlyCollection<Permission> permissions, IReadOnlyCollection<string>? projects = null) =>
        new(permissions, projects, s_now.Date, s_now.Date.AddDays(30));
}
