using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class ProviderPanel
{
    private bool _editing;

    public sealed record Admission(bool ByDomain, MemberRole Role);

    [Parameter, EditorRequired]
    public ProviderRow Provider { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public bool HasDomain { get; set; }

    [Parameter, EditorRequired]
    public string PortalAddress { get; set; } = "";

    [Parameter]
    public IReadOnlyList<ProviderFinding> Findings { get; set; } = [];

    /// <summary>Whether it went through.</summary>
    [Parameter, EditorRequired]
    public Func<ProviderDraft, Task<bool>> OnChange { get; set; } = default!; // required by the compiler at every use

    [Parameter]
    public EventCallback OnTest { get; set; }

    [Parameter]
    public EventCallback<bool> OnSwitch { get; set; }

    [Parameter]
    public EventCallback<Admission> OnAdmit { get; set; }

    [Parameter]
    public EventCallback OnRemove { get; set; }

    private string LastUsed => Provider.LastUsedAt is { } at ? $"{at:yyyy-MM-dd HH:mm} UTC" : "Never";

    private IEnumerable<(string What, string Address)> Addresses =>
    [
        ("Return address (redirect URI)", PortalAddress + PortalUrls.ProviderCallback(Provider.Id)),
        ("After signing out (post-logout redirect URI)", PortalAddress + PortalUrls.ProviderSignedOut(Provider.Id)),
        ("Back-channel sign-out", PortalAddress + PortalUrls.ProviderBackChannel(Provider.Id)),
        ("Sign-in link for your people", PortalAddress + PortalUrls.SignInWith(Provider.Id)),
    ];

    private Task AdmitAsync(bool byDomain, MemberRole role) => OnAdmit.InvokeAsync(new Admission(byDomain, role));

    // The form closes once what was typed stands: a refusal leaves it open with everything in it.
    private async Task SaveAsync(ProviderDraft draft) => _editing = !await OnChange(draft);
}
