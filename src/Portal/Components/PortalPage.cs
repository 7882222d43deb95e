using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Portal.Components;

public enum PageFace
{
    Loading,
    Content,
    NotFound,
    Error,
}

/// <summary>
/// The base of every page: loads with its four faces, runs what buttons do with a busy state, and turns an expected
/// failure into a message. The one place where a page catches anything.
/// </summary>
public abstract class PortalPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private int _questions;

    protected PortalPage() => Leaving = _leaving.Token;

    [Parameter]
    public string Org { get; set; } = "";

    public PageFace Face { get; private set; } = PageFace.Loading;

    /// <summary>Why the page could not be shown, in words for the reader.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>Why the content could not be read again, while an earlier reading of it stands there.</summary>
    public string Stale { get; private set; } = "";

    /// <summary>What a button does is under way. Only presses make a page busy: nothing else may swallow one.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>What the choices on the page come to is being found out; what stands there belongs to earlier ones.</summary>
    public bool IsWorkingOut { get; private set; }

    /// <summary>Told of every expected failure: the gate of an organisation writes down what was refused.</summary>
    [CascadingParameter(Name = "Edge")]
    private Func<PortalException, Task>? Edge { get; set; }

    [Inject]
    protected ISnackbar Snackbar { get; private set; } = default!; // filled by the renderer

    [Inject]
    protected NavigationManager Navigation { get; private set; } = default!; // filled by the renderer

    [Inject]
    private ILoggerFactory Loggers { get; set; } = default!; // filled by the renderer

    /// <summary>Cancelled when the page is left.</summary>
    protected CancellationToken Leaving { get; }

    public async Task ReloadAsync()
    {
        Face = PageFace.Loading;
        await ReadAsync(keepsContent: false);
    }

    /// <summary>Loads again without showing the skeleton: for live refresh and after a save. A failure leaves what stands there, with a note.</summary>
    public Task RefreshAsync() => ReadAsync(keepsContent: Face is PageFace.Content);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract Task LoadAsync(CancellationToken ct);

    protected override Task OnParametersSetAsync() => Face is PageFace.Content ? ReadAsync(keepsContent: false) : ReloadAsync();

    /// <summary>What a button does. A second press while it runs does nothing; a failure becomes a message. True when it went through.</summary>
    protected async Task<bool> RunAsync(Func<CancellationToken, Task> act, string? done = null)
    {
        if (IsBusy)
        {
            return false;
        }

        IsBusy = true;
        StateHasChanged();
        var went = await TryAsync(act);
        IsBusy = false;
        if (went && done is not null)
        {
            Snackbar.Add(done, Severity.Success);
        }

        return went;
    }

    /// <summary>
    /// Finds out what a changed choice comes to, its price for one. It stands in no button's way, and no choice is dropped for it:
    /// of several under way only the newest is shown.
    /// </summary>
    protected async Task WorkOutAsync<T>(Func<CancellationToken, Task<T>> find, Action<T> show)
    {
        var question = ++_questions;
        IsWorkingOut = true;
        StateHasChanged();
        await TryAsync(async ct =>
        {
            var found = await find(ct);
            if (question == _questions)
            {
                show(found);
            }
        });
        if (question == _questions)
        {
            IsWorkingOut = false;
            StateHasChanged();
        }
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing && !_leaving.IsCancellationRequested)
        {
            _leaving.Cancel();
            _leaving.Dispose();
        }
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            await act(Leaving);
            return true;
        }
        catch (PortalException expected)
        {
            Tell(expected.Details is null ? expected.Message : $"{expected.Message} Details: {expected.Details}");
            await (Edge?.Invoke(expected) ?? Task.CompletedTask);
            return false;
        }
        catch (OperationCanceledException) when (Leaving.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception bug)
        {
            Tell($"That did not work, and nothing was changed. Try again. Reference {Log(bug)}.");
            return false;
        }
    }

    /// <summary>A problem stays until it is read and closed; one that fades takes its remedy along.</summary>
    private void Tell(string problem) => Snackbar.Add(problem, Severity.Error, options => options.RequireInteraction = true);

    private async Task ReadAsync(bool keepsContent)
    {
        try
        {
            await LoadAsync(Leaving);
            (Face, Stale) = (PageFace.Content, "");
        }
        catch (NotFoundException missing)
        {
            (Face, Problem) = (PageFace.NotFound, missing.Message);
            await (Edge?.Invoke(missing) ?? Task.CompletedTask);
        }
        catch (PortalException expected)
        {
            Fail(expected.Message, keepsContent);
            await (Edge?.Invoke(expected) ?? Task.CompletedTask);
        }
        catch (OperationCanceledException) when (Leaving.IsCancellationRequested)
        {
        }
        catch (Exception bug)
        {
            Fail($"This page could not be loaded. Nothing was lost; try again. Reference {Log(bug)}.", keepsContent);
        }
    }

    private void Fail(string problem, bool keepsContent)
    {
        if (keepsContent)
        {
            Stale = problem;
        }
        else
        {
            (Face, Problem, Stale) = (PageFace.Error, problem, "");
        }
    }

    private string Log(Exception bug)
    {
        var reference = Guid.NewGuid().ToString("N")[..8];
        Loggers.CreateLogger(GetType()).LogError(bug, "Page failed, reference {Reference}", reference);
        return reference;
    }
}
