using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Tenancy;

namespace Portal.Features.Define;

/// <summary>The client's side. It stands here and not in Tenancy because what is granted is granted on projects.</summary>
public sealed partial class ConsultanciesPage : PortalPage
{
    private IReadOnlyList<EngagementRow> _rows = [];
    private IReadOnlyList<EngagementRow> _waiting = [];
    private IReadOnlyList<EngagementRow> _running = [];
    private IReadOnlyList<EngagementRow> _past = [];
    private IReadOnlyList<ProjectRow> _projects = [];
    private GrantDraft _draft = new();
    private DateTime _now;
    private EngagementRow? _ending;

    // The engagement whose form is open; empty for a new one.
    private string? _open;
    private string _slug = "";
    private string _note = "";

    [Inject]
    private EngagementService Engagements { get; set; } = default!; // filled by the renderer

    [Inject]
    private ProjectService Projects { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _now = Time.GetUtcNow().UtcDateTime;
        _rows = await Engagements.ListAsync(ct);
        _projects = await Projects.ListAsync(ct);
        _waiting = [.. _rows.Where(r => !r.IsAsker && r.Engagement.IsOpenRequest(_now))];
        _running = [.. _rows.Where(r => r.Engagement.State is EngagementState.Approved && r.Engagement.EndsAt > _now)];
        _past = [.. _rows.Except(_waiting).Except(_running)];
    }

    private void Invite() => (_open, _slug, _note, _draft) = ("", "", "", GrantDraft.New(_now));

    private void Open(Engagement engagement) => (_open, _draft) = (engagement.Id, GrantDraft.Of(engagement, _now));

    private void Close() => _open = null;

    private Task RequestAsync() => RunAsync(async ct =>
    {
        await Engagements.RequestAsync(_slug, _draft.ToGrant(), [], _note, ct);
        await LoadAgainAsync(ct);
    }, "Sent. If a consultancy has this name, its owner sees your offer now.");

    private Task GrantAsync(EngagementRow row) => RunAsync(async ct =>
    {
        await (row.Engagement.ApprovedAt is null ? Engagements.ApproveAsync(row.Engagement.Id, _draft.ToGrant(), ct) : Engagements.ChangeAsync(row.Engagement.Id, _draft.ToGrant(), ct));
        await LoadAgainAsync(ct);
    }, "Saved. It holds from the next thing they do.");

    private Task DeclineAsync(EngagementRow row) => RunAsync(async ct =>
    {
        await Engagements.DeclineAsync(row.Engagement.Id, ct);
        await LoadAgainAsync(ct);
    }, "Declined. They are not told; to them it stays unanswered.");

    private Task EndAsync(EngagementRow row) => RunAsync(async ct =>
    {
        _ending = null;
        await Engagements.EndAsync(row.Engagement.Id, ct);
        await LoadAgainAsync(ct);
    }, "Ended. Work that runs goes on; nobody of theirs can enter any more.");

    private Task TakeOffAsync((string EngagementId, string UserId) person) => RunAsync(async ct =>
    {
        await Engagements.TakeOffAsync(person.EngagementId, person.UserId, ct);
        await LoadAgainAsync(ct);
    }, "Taken off.");

    private Task LoadAgainAsync(CancellationToken ct)
    {
        Close();
        return LoadAsync(ct);
    }
}
