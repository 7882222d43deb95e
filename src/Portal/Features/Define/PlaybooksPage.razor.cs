using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>An organisation's own playbooks. A consultant at a client chooses among the consultancy's where a project is begun.</summary>
public sealed partial class PlaybooksPage : PortalPage
{
    private IReadOnlyList<PlaybookRow> _rows = [];
    private PlaybookRow? _deleting;
    private string? _renaming;
    private string _name = "";

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private PlaybookService Playbooks { get; set; } = default!; // filled by the renderer

    [Inject]
    private IEnumerable<IPlaybookPart> Parts { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    private bool IsConsultancy => Current.Membership.Kind is TenantKind.Consultancy && Current.May(Permission.WorkForClients);

    private bool MayDefine => Current.May(Permission.DefineTask);

    private string WhereFrom => IsConsultancy
        ? "Open a project, of a client or of your own, and choose \"Save as playbook\". A client's playbook needs that right in the engagement."
        : "Open a project that is set up as you want the next one, and choose \"Save as playbook\".";

    private string WhereTo => IsConsultancy
        ? "To use one for a client, open the client and begin a project there: your playbooks are under \"Start from\"."
        : "Begin a project and choose one under \"Start from\".";

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (Current.IsVisiting)
        {
            throw new NotFoundException();
        }

        _rows = await Playbooks.ListAsync((await Authentication).User, ct);
    }

    private Task RenameAsync() => RunAsync(async ct =>
    {
        if (_renaming is { } id)
        {
            await Playbooks.RenameAsync(id, _name, ct);
            _renaming = null;
            await LoadAsync(ct);
        }
    }, "Renamed.");

    private Task DeleteAsync() => RunAsync(async ct =>
    {
        if (_deleting is { } row)
        {
            _deleting = null;
            await Playbooks.DeleteAsync(row.Id, ct);
            await LoadAsync(ct);
        }
    }, "Deleted.");
}
