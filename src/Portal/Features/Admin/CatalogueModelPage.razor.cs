using Microsoft.AspNetCore.Components;
using Portal.Components;
using Portal.Features.Billing;

namespace Portal.Features.Admin;

public sealed partial class CatalogueModelPage : PortalPage
{
    private readonly Dictionary<Meter, DateTime> _nothing = [];
    private CatalogueDraft _draft = new();
    private EditedModel? _model;
    private EditedModel? _newer;
    private string _problem = "";
    private DateTime _now;

    /// <summary>Null while one is added.</summary>
    [Parameter]
    public string? ModelId { get; set; }

    [Inject]
    private CatalogueEditor Editor { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _now = Now;
        if (ModelId is null)
        {
            await Editor.ListAsync(ct);
            (_model, _draft) = (null, new CatalogueDraft());
            return;
        }

        Show(await Editor.GetAsync(ModelId, ct));
    }

    private void Show(EditedModel model) => (_model, _draft, _newer, _problem, _now) = (model, CatalogueDraft.Of(model.Entry), null, "", Now);

    private async Task SaveAsync()
    {
        if (_model is null)
        {
            if (await TryAsync(ct => Editor.AddAsync(_draft.Read(Now), _draft.Note, ct), "The model is in the catalogue."))
            {
                Navigation.NavigateTo(PortalUrls.AdminModel(_draft.Id.Trim()));
            }
        }
        else if (await TryAsync(ct => Editor.SaveAsync(_draft.Read(Now), _model.Version, _draft.Note, ct), "The catalogue is changed."))
        {
            await RefreshAsync();
        }
    }

    /// <summary>Theirs has been seen and stays, but for what was changed in the form as well.</summary>
    private async Task OverAsync()
    {
        if (_newer is { } newer && _model is { } model
            && await TryAsync(ct => Editor.SaveAsync(_draft.Read(Now).OnTopOf(newer.Entry, model.Entry), newer.Version, _draft.Note, ct), "The catalogue is changed."))
        {
            await RefreshAsync();
        }
    }

    private void TakeTheirs()
    {
        if (_newer is { } newer)
        {
            Show(newer);
        }
    }

    private async Task BringBackAsync(long number)
    {
        if (_model is { } model && await TryAsync(ct => Editor.BringBackAsync(model.Entry.Id, number, model.Version, ct), "The earlier state is back."))
        {
            await RefreshAsync();
        }
    }

    /// <summary>A fault stays on the page until it is mended; a conflict brings what the others did, and keeps what was typed.</summary>
    private async Task<bool> TryAsync(Func<CancellationToken, Task> act, string done)
    {
        var went = await RunAsync(
            async ct =>
            {
                (_problem, var model) = ("", _model);
                try
                {
                    await act(ct);
                }
                catch (CatalogueConflictException) when (model is not null)
                {
                    _newer = await Editor.GetAsync(model.Entry.Id, ct);
                    throw;
                }
                catch (PortalException fault)
                {
                    _problem = fault.Message;
                    throw;
                }
            },
            done);
        StateHasChanged();
        return went;
    }
}
