using System.Security.Claims;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class YouPage : PortalPage
{
    private IReadOnlyList<SessionRow> _sessions = [];
    private IReadOnlyList<(string Name, string Value)> _facts = [];
    private string _userId = "";
    private string _current = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private SessionService Sessions { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        var user = (await Authentication).User;
        (_userId, _current) = (user.PortalUserId() ?? "", user.SessionId() ?? "");
        _sessions = await Sessions.ListAsync(_userId, ct);
        var here = _sessions.FirstOrDefault(s => s.Id == _current);
        _facts =
        [
            ("Name", user.FindFirstValue("name") ?? ""), ("E-mail", user.FindFirstValue("email") is { Length: > 0 } email ? email : "Not given"),
            ("Identity provider", here?.Issuer ?? ""), ("This session ends at the latest", here is null ? "" : $"{here.ExpiresAt:yyyy-MM-dd HH:mm} UTC"),
        ];
    }

    private Task EndAsync(SessionRow session) => RunAsync(async ct =>
    {
        await Sessions.EndAsync(_userId, session.Id, ct);
        await LoadAsync(ct);
    }, "Signed out there. An open page closes within a minute.");

    private Task EndOthersAsync() => RunAsync(async ct =>
    {
        await Sessions.EndOthersAsync(_userId, _current, ct);
        await LoadAsync(ct);
    }, "Signed out everywhere else. Open pages close within a minute.");
}
