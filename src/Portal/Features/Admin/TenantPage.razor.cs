using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Admin;

public sealed partial class TenantPage : PortalPage
{
    private TenantDetail? _tenant;
    private bool _suspending;

    [Parameter]
    public string TenantId { get; set; } = "";

    [Inject]
    private TenantDirectory Directory { get; set; } = default!; // filled by the renderer

    [Inject]
    private PlatformWork Platform { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct) => _tenant = await Directory.GetAsync(TenantId, ct);

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

    private async Task RestoreAsync()
    {
        await RunAsync(
            ct => Platform.ActAsync(TenantId, services => services.GetRequiredService<SuspensionService>().RestoreAsync(ct), ct),
            "It is open again. What waited goes on by itself.");
        await RefreshAsync();
    }
}
