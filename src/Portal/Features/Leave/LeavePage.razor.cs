using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Leave;

public sealed partial class LeavePage : PortalPage
{
    private IReadOnlyList<OrganizationExport> _exports = [];
    private OrganizationExport? _deleting;
    private ErasureNotice? _notice;
    private OrganizationImport? _import;
    private IReadOnlyList<string> _obstacles = [];
    private IReadOnlyList<ImportedAuditLog> _logs = [];
    private IReadOnlyList<UsageSum> _usage = [];
    private string? _sessionId;
    private bool _isFresh;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private ExportService Exports { get; set; } = default!; // filled by the renderer

    [Inject]
    private ImportService Imports { get; set; } = default!; // filled by the renderer

    [Inject]
    private EraseService Erasures { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    [Inject]
    private IOptions<LeaveOptions> Options { get; set; } = default!; // filled by the renderer

    private int KeepDays => Options.Value.KeepExportDays;

    private int FreshMinutes => (int)Options.Value.FreshSignIn.TotalMinutes;

    private TimeSpan CoolOff => Options.Value.CoolOff;

    private bool IsUnderWay => _exports.Any(e => e.State is ExportState.Writing);

    private bool IsImporting => _import?.State is ArchiveImportState.Checking or ArchiveImportState.Importing;

    private string SignInHref => $"{PortalUrls.SignInStart}?returnUrl={Uri.EscapeDataString(PortalUrls.Leave(Org))}";

    private string Role => Current.IsVisiting ? "a guest" : MemberService.WithArticle(Current.Membership.Role);

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _exports = await Exports.ListAsync(ct);
        _import = await Imports.FindAsync(ct);
        // While one is being taken in, its own rows are not what stands in its way.
        _obstacles = !Imports.IsAllowed || _import is { IsEnded: false } ? [] : await Imports.ObstaclesAsync(ct);
        _logs = Imports.IsAllowed ? await Imports.LogsAsync(ct) : [];
        _usage = Imports.IsAllowed ? await Imports.UsageAsync(ct) : [];
        _notice = await Erasures.FindAsync(ct);
        _sessionId = (await Authentication).User.SessionId();
        _isFresh = await Erasures.IsFreshAsync(_sessionId, ct);
    }

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

    private async Task EraseAsync(string typedName)
    {
        var waits = _notice;
        var receiptOf = waits?.Id;
        var went = await RunAsync(async ct =>
        {
            if (waits is not null)
            {
                await Erasures.HurryAsync(typedName, _sessionId, ct);
            }
            else
            {
                receiptOf = await Erasures.AskAsync(typedName, _sessionId, ct);
                await LoadAsync(ct);
            }
        });
        if (went && (waits is not null || CoolOff <= TimeSpan.Zero) && receiptOf is not null)
        {
            // A full load: this circuit belongs to an organization that is about to be gone.
            Navigation.NavigateTo(PortalUrls.Receipt(receiptOf), forceLoad: true);
        }
    }

    private Task ConfirmAsync() => RunAsync(async ct =>
    {
        await Imports.ConfirmAsync(_import?.Id ?? "", _sessionId, ct);
        await LoadAsync(ct);
    });

    private Task DiscardAsync() => RunAsync(async ct =>
    {
        await Imports.DiscardAsync(_import?.Id ?? "", ct);
        await LoadAsync(ct);
    }, "The archive is discarded. Nothing was imported.");

    private Task CancelAsync() => RunAsync(async ct =>
    {
        await Erasures.CancelAsync(ct);
        await LoadAsync(ct);
    }, "The organization stays. Nothing was removed.");
}
