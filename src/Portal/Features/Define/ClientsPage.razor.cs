using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>A consultancy's side: the board, then the engagements behind it.</summary>
public sealed partial class ClientsPage : PortalPage
{
    /// <summary>A board that takes longer is shown as it is read.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(800);

    private IReadOnlyList<ClientRow> _clients = [];
    private BoardReading? _reading;
    private bool _isWhole;
    private DateTime _restUntil;
    private IReadOnlyList<EngagementRow> _rows = [];
    private IReadOnlyList<EngagementPerson> _people = [];
    private HashSet<string> _picked = [];
    private GrantDraft _draft = new();
    private DateTime _now;
    private EngagementRow? _ending;
    private string? _open;
    private string _slug = "";
    private string _note = "";

    [SupplyParameterFromQuery(Name = "sort")]
    public string? Sort { get; set; }

    private string? SortKey => Sort is "client" or "spend" or "idle" ? Sort : null;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!; // cascaded by the shell

    [Inject]
    private EngagementService Engagements { get; set; } = default!; // filled by the renderer

    [Inject]
    private ClientBoard Board { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (Current.Membership.Kind is not TenantKind.Consultancy)
        {
            throw new NotFoundException();
        }

        _now = Time.GetUtcNow().UtcDateTime;
        _rows = await Engagements.ListAsync(ct);
        _people = Engagements.MayManage ? await Engagements.PeopleAsync(ct) : [];
        await ReadBoardAsync(ct);
    }

    /// <summary>Returns with what has been read so far where all of it takes long; the next load goes on with the same reading.</summary>
    private async Task ReadBoardAsync(CancellationToken ct)
    {
        var reading = _reading ??= await Board.BeginAsync((await Authentication).User, _rows, ct);
        await Task.WhenAny(reading.Done, Task.Delay(s_patience, Time, ct));
        if (!reading.Done.IsCompleted)
        {
            _clients = _isWhole ? _clients : reading.Rows;
            return;
        }

        _reading = _reading == reading ? null : _reading;
        var took = await reading.Done;
        (_clients, _isWhole) = (reading.Rows, true);
        // Of many clients no more than a tenth of the time is spent on reading them again.
        _restUntil = Time.GetUtcNow().UtcDateTime + (took * 9);
    }

    private Task TickAsync() => Time.GetUtcNow().UtcDateTime < _restUntil ? Task.CompletedTask : RefreshAsync();

    private void Ask() => (_open, _slug, _note, _draft, _picked) = ("", "", "", GrantDraft.New(_now), [Current.UserId]);

    private void Open(Engagement engagement) => (_open, _picked) = (engagement.Id, [Current.UserId]);

    private void Close() => _open = null;

    private Task RequestAsync() => RunAsync(async ct =>
    {
        await Engagements.RequestAsync(_slug, _draft.ToGrant(), _picked, _note, ct);
        await LoadAgainAsync(ct);
    }, "Sent. If an organization has this name, its owner sees your request now.");

    private Task AcceptAsync(EngagementRow row) => RunAsync(async ct =>
    {
        await Engagements.AcceptAsync(row.Engagement.Id, _picked, ct);
        await LoadAgainAsync(ct);
    }, "Accepted.");

    private Task DeclineAsync(EngagementRow row) => RunAsync(async ct =>
    {
        await Engagements.DeclineAsync(row.Engagement.Id, ct);
        await LoadAgainAsync(ct);
    }, "Declined. They are not told; to them it stays unanswered.");

    /// <summary>A request can be sent again; an engagement that has run needs the client's word once more.</summary>
    private Task AskToEndAsync(EngagementRow row)
    {
        _ending = row.Engagement.ApprovedAt is null ? null : row;
        return _ending is null ? EndAsync(row) : Task.CompletedTask;
    }

    private Task EndAsync() => _ending is { } row ? EndAsync(row) : Task.CompletedTask;

    private Task EndAsync(EngagementRow row) => RunAsync(async ct =>
    {
        _ending = null;
        await Engagements.EndAsync(row.Engagement.Id, ct);
        await LoadAgainAsync(ct);
    }, row.Engagement.ApprovedAt is null ? "Taken back." : "Ended. Nobody of yours can enter any more.");

    private Task TakeOffAsync((string EngagementId, string UserId) person) => RunAsync(async ct =>
    {
        await Engagements.TakeOffAsync(person.EngagementId, person.UserId, ct);
        await LoadAgainAsync(ct);
    }, "Taken off.");

    private Task LoadAgainAsync(CancellationToken ct)
    {
        Close();
        // It began before what was just done.
        _reading = null;
        return LoadAsync(ct);
    }
}
