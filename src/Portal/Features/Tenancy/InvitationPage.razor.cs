using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class InvitationPage : PortalPage
{
    private Offer? _offer;
    private string _userId = "";
    private string _email = "";

    [Parameter]
    public string Token { get; set; } = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private AdmissionService Admission { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var user = (await Authentication).User;
        _userId = user.PortalUserId() ?? "";
        _email = user.FindFirstValue("email") is { Length: > 0 } email ? email : "somebody without an e-mail address";
        _offer = await Admission.FindAsync(_userId, Token, ct);
    }

    private Task AcceptAsync() => RunAsync(async ct =>
    {
        if (await Admission.AcceptAsync(_userId, Token, ct) is { } slug)
        {
            // A full load: the organisation gets a circuit of its own.
            Navigation.NavigateTo(PortalUrls.Organization(slug), forceLoad: true, replace: true);
            return;
        }

        _offer = null;
    });
}
