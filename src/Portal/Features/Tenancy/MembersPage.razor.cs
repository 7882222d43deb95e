using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class MembersPage : PortalPage
{
    private MemberList _members = new([], 0, 0);
    private IReadOnlyList<InvitationRow> _invitations = [];
    private IssuedInvitation? _issued;
    private MemberRow? _removing;
    private MemberRow? _leaving;
    private LimitUse? _limit;
    private bool _inviting;

    [SupplyParameterFromQuery]
    public int From { get; set; }

    [Inject]
    private MemberService Members { get; set; } = default!; // filled by the renderer

    [Inject]
    private InvitationService Invitations { get; set; } = default!; // filled by the renderer

    [Inject]
    private MailGateway Gateway { get; set; } = default!; // filled by the renderer

    [Inject]
    private IEnumerable<IPlanLimits> Limits { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    private bool MaySee => Current.May(Permission.ViewMembers);

    private bool MayManage => Current.May(Permission.ManageMembers);

    /// <summary>The roles this person may give: only owners make owners.</summary>
    private IReadOnlyList<MemberRole> Grantable =>
        [.. Enum.GetValues<MemberRole>().Where(r => r is not MemberRole.Owner || Current.May(Permission.ManageOwners))];

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _members = await Members.ListAsync(From, ct);
        _invitations = await Invitations.ListAsync(ct);
        _limit = await Limits.NearAsync(Limit.Members, Current, ct);
    }

    private bool IsLastOwner(MemberRow member) => member.Role is MemberRole.Owner && _members.Owners <= 1;

    private bool MayChange(MemberRow member) =>
        MayManage && !IsLastOwner(member) && (member.Role is not MemberRole.Owner || Current.May(Permission.ManageOwners));

    private static string NameOf(MemberRow member) => member.Name is "" ? "Has not signed in yet" : member.Name;

    private Task InviteAsync(InvitePanel.Draft draft) => RunAsync(async ct =>
    {
        _issued = await Invitations.InviteAsync(draft.Address, draft.Role, Navigation.BaseUri, ct);
        _inviting = false;
        await LoadAsync(ct);
    });

    private Task ResendAsync(InvitationRow invitation) => RunAsync(async ct =>
    {
        _issued = await Invitations.ResendAsync(invitation.Id, Navigation.BaseUri, ct);
        await LoadAsync(ct);
    });

    private Task WithdrawAsync(InvitationRow invitation) => RunAsync(async ct =>
    {
        await Invitations.WithdrawAsync(invitation.Id, ct);
        await LoadAsync(ct);
    }, $"The invitation of {invitation.Email} is withdrawn. Its link no longer works.");

    // What was refused is taken back on the screen as well: the list is read again either way.
    private async Task ChangeRoleAsync(MemberRow member, MemberRole role)
    {
        if (role != member.Role)
        {
            await RunAsync(ct => Members.ChangeRoleAsync(member.Id, role, member.Version, ct), $"{NameOf(member)} is now {MemberService.WithArticle(role)}.");
            await RefreshAsync();
        }
    }

    private async Task RemoveAsync()
    {
        if (_removing is { } member)
        {
            _removing = null;
            await RunAsync(ct => Members.RemoveAsync(member.Id, ct), $"{NameOf(member)} is no longer a member.");
            await RefreshAsync();
        }
    }

    private async Task LeaveAsync()
    {
        _leaving = null;
        if (await RunAsync(Members.LeaveAsync))
        {
            Navigation.NavigateTo("/", forceLoad: true);
        }
    }
}
