using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Monitor;

/// <summary>Rules with their states, where they send, and what has been; or one rule's form with its preview.</summary>
public sealed partial class AlertsPage : PortalPage
{
    private const string NewRule = "new";

    private AlertBoard? _board;
    private AlertForm? _form;
    private AlertEntry? _entry;
    private string? _entryOf;
    private AlertPreview? _preview;
    private string _previewProblem = "";
    private bool _wantsPreview;
    private IReadOnlyList<WebhookRow> _webhooks = [];
    private IReadOnlyList<WebhookDelivery> _deliveries = [];
    private AlertWebhook? _opened;
    private WebhookSecret? _issued;
    private AlertRule? _removing;
    private AlertWebhook? _removingWebhook;

    [Parameter]
    public string ProjectId { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Rule { get; set; }

    [SupplyParameterFromQuery]
    private string? Webhook { get; set; }

    [SupplyParameterFromQuery]
    private int Page { get; set; }

    [Inject]
    private AlertService Alerts { get; set; } = default!; // filled by the renderer

    [Inject]
    private WebhookService Webhooks { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    protected override async Task LoadAsync(CancellationToken ct)
    {
        if (Rule is null)
        {
            (_form, _entry, _entryOf) = (null, null, null);
        }
        else if (_entryOf != Rule)
        {
            _form = await Alerts.OpenAsync(ProjectId, Rule is NewRule ? null : Rule, ct);
            (_entry, _entryOf) = (AlertEntry.Of(_form.Draft), Rule);
            (_preview, _previewProblem, _wantsPreview) = (null, "", true);
        }

        _board = await Alerts.ReadAsync(ProjectId, Page, ct);
        _webhooks = Alerts.MayChange ? await Webhooks.ListAsync(ProjectId, ct) : [];
        _opened = _webhooks.FirstOrDefault(w => w.Webhook.Id == Webhook)?.Webhook;
        _deliveries = _opened is { } webhook ? await Webhooks.DeliveriesAsync(ProjectId, webhook.Id, ct) : [];
    }

    /// <summary>A week of figures takes a moment, so the form is shown first.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_wantsPreview && Face is PageFace.Content && _entry is { } entry)
        {
            _wantsPreview = false;
            await WorkOutAsync(ct => PreviewAsync(entry.ToDraft(), ct), found => (_preview, _previewProblem) = found);
        }
    }

    private void AskPreview() => _wantsPreview = true;

    private async Task<(AlertPreview? Preview, string Problem)> PreviewAsync(AlertDraft draft, CancellationToken ct)
    {
        try
        {
            return (await Alerts.PreviewAsync(ProjectId, draft.DeploymentId, draft.Limits, ct), "");
        }
        catch (PortalException expected)
        {
            // Stands beside the fields it is about, where a message that fades would not help.
            return (null, expected.Message);
        }
    }

    private async Task SaveAsync()
    {
        if (_entry is { } entry && await RunAsync(ct => Alerts.SaveAsync(ProjectId, Rule is NewRule ? null : Rule, entry.ToDraft(), ct), $"\"{entry.Name.Trim()}\" is saved. It is looked at each minute."))
        {
            Navigation.NavigateTo(PortalUrls.Alerts(Org, ProjectId));
        }
    }

    private Task SwitchAsync(AlertRule rule) => ActAsync(ct => Alerts.SwitchAsync(ProjectId, rule.Id, !rule.IsOn, ct), rule.IsOn ? $"\"{rule.Name}\" is off, and tells nobody anything." : $"\"{rule.Name}\" is on.");

    private async Task RemoveAsync()
    {
        if (_removing is { } rule)
        {
            _removing = null;
            await ActAsync(ct => Alerts.RemoveAsync(ProjectId, rule.Id, ct), $"\"{rule.Name}\" is removed.");
        }
    }

    private Task AddWebhookAsync((string Name, string Address) typed) => ActAsync(async ct => _issued = await Webhooks.AddAsync(ProjectId, typed.Name, typed.Address, ct), null);

    private Task RotateAsync((AlertWebhook Webhook, int Hours) rotation) => ActAsync(async ct => _issued = await Webhooks.RotateAsync(ProjectId, rotation.Webhook.Id, rotation.Hours, ct), null);

    private async Task TestAsync(AlertWebhook webhook)
    {
        if (await RunAsync(ct => Webhooks.TestAsync(ProjectId, webhook.Id, ct), $"A test is on its way to \"{webhook.Name}\"."))
        {
            Navigation.NavigateTo(PortalUrls.Alerts(Org, ProjectId, webhook: webhook.Id));
            await RefreshAsync();
        }
    }

    private async Task RemoveWebhookAsync()
    {
        if (_removingWebhook is { } webhook)
        {
            _removingWebhook = null;
            await ActAsync(ct => Webhooks.RemoveAsync(ProjectId, webhook.Id, ct), $"\"{webhook.Name}\" is removed.");
        }
    }

    private async Task ActAsync(Func<CancellationToken, Task> act, string? done)
    {
        if (await RunAsync(act, done))
        {
            await RefreshAsync();
        }
    }
}
