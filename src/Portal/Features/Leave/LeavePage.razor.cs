using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

public sealed partial class LeavePage : PortalPage
{
    private IReadOnlyList<OrganizationExport> _exports = [];
    private OrganizationExport? _deleting;

    [Inject]
    private ExportService Exports { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    [Inject]
    private IOptions<LeaveOptions> Options { get; set; } = default!; // filled by the renderer

    private int KeepDays => Options.Value.KeepExportDays;

    private string Role => Current.IsVisiting ? "a guest" : MemberService.WithArticle(Current.Membership.Role);

    protected override async Task LoadAsync(CancellationToken ct) => _exports = await Exports.ListAsync(ct);

    private Task StartAsync() => RunAsync(async ct =>
    {
        await Exports.StartAsync(ct);
        await LoadAsync(ct);
    });

    private async Task DeleteAsync()
    {
        if (_deleting is { } export)
        {
            _deleting = null;
            await RunAsync(ct => Exports.DeleteAsync(export.Id, ct), "The file is deleted.");
            await RefreshAsync();
        }
    }
}
