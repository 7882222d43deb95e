using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components;
using Portal.Features.Billing;
using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

public sealed partial class TenantPage : PortalPage
{
    private TenantDetail? _tenant;
    private IReadOnlyList<BreakGlassVisit> _visits = [];
    private string? _sessionId;
    private bool _isFresh;
    private int _freshMinutes;
    private bool _suspending;

    [Parameter]
    public string TenantId { get; set; } = "";

    [Inject]
    private AuthenticationStateProvider People { get; set; } = default!; // filled by the renderer

    [Inject]
    private TenantDirectory Directory { get; set; } = default!; // filled by the renderer

    [Inject]
    private PlatformWork Platform { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private string SignInHref => $"{PortalUrls.SignInStart}?returnUrl={Uri.EscapeDataString(PortalUrls.AdminTenant(TenantId))}";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _sessionId = (await People.GetAuthenticationStateAsync()).User.SessionId();
        _tenant = await Directory.GetAsync(TenantId, ct);
        (_visits, _isFresh, _freshMinutes) = await Platform.ActAsync(
            TenantId,
            async services =>
            {
                var visits = services.GetRequiredService<BreakGlassService>();
                return (await visits.ListAsync(ct), await visits.IsFreshAsync(_sessionId, ct), (int)visits.FreshSignIn.TotalMinutes);
            },
            ct);
    }

    private async Task BreakGlassAsync(BreakGlassPanel.Draft draft)
    {
        var slug = "";
        var went = await RunAsync(async ct => slug = await Platform.ActAsync(
            TenantId, services => services.GetRequiredService<BreakGlassService>().BeginAsync(new BreakGlassRequest(draft.Email, draft.Reason, _sessionId), ct), ct));
        if (went)
        {
            // A full load: an organization gets a circuit of its own.
            Navigation.NavigateTo(PortalUrls.Organization(slug), forceLoad: true);
        }
    }

    private async Task EndVisitAsync(BreakGlassVisit visit)
    {
        await RunAsync(ct => Platform.ActAsync(TenantId, services => services.GetRequiredService<BreakGlassService>().EndAsync(visit.Id, BreakGlassEnd.ByAdmin, ct), ct), "The visit is over.");
        await RefreshAsync();
    }

    private async Task SuspendAsync(SuspendDialog.Draft draft)
    {
        var done = await RunAsync(
            ct => Platform.ActAsync(TenantId, services => services.GetRequiredService<SuspensionService>().SuspendAsync(draft.Name, draft.Reason, ct), ct),
            "It is suspended. Open pages close within a minute, and its owners are told by mail.");
        if (done)
        {
            _suspending = false;
            await RefreshAsync();
        }
    }

    private async Task SetWatchAsync(AccountWatch watch)
    {
        await RunAsync(ct => Platform.ActAsync(TenantId, services => services.GetRequiredService<WatchService>().SetAsync(watch, ct), ct), "It is decided. Stripe is told in a moment.");
        await RefreshAsync();
    }

    private async Task RestoreAsync()
    {
        await RunAsync(
            ct => Platform.ActAsync(TenantId, services => services.GetRequiredService<SuspensionService>().RestoreAsync(ct), ct),
            "It is open again. What waited goes on by itself.");
        await RefreshAsync();
    }
}
