using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Portal.Features.Leave;

/// <summary>The browser sends the archive over HTTP; only progress comes over the circuit.</summary>
public sealed partial class ImportPanel(IJSRuntime script)
{
    private ElementReference _input;
    private DotNetObjectReference<ImportPanel>? _self;
    private bool _isSending;
    private bool _isWaiting;
    private long _sent;
    private long _total;
    private string _problem = "";

    [Parameter, EditorRequired]
    public string Org { get; set; } = "";

    [Parameter]
    public OrganizationImport? Import { get; set; }

    /// <summary>What is here, so that nothing can be taken in.</summary>
    [Parameter]
    public IReadOnlyList<string> Obstacles { get; set; } = [];

    [Parameter]
    public IReadOnlyList<ImportedAuditLog> Logs { get; set; } = [];

    /// <summary>What was used before, elsewhere.</summary>
    [Parameter]
    public IReadOnlyList<UsageSum> Usage { get; set; } = [];

    [Parameter]
    public long MaxBytes { get; set; }

    [Parameter]
    public bool IsFresh { get; set; }

    [Parameter]
    public int FreshMinutes { get; set; }

    [Parameter, EditorRequired]
    public string SignInHref { get; set; } = "";

    [Parameter]
    public bool Busy { get; set; }

    [Parameter]
    public EventCallback OnConfirm { get; set; }

    [Parameter]
    public EventCallback OnDiscard { get; set; }

    /// <summary>An upload ended, well or not.</summary>
    [Parameter]
    public EventCallback OnSent { get; set; }

    [JSInvokable]
    public Task OnUploadProgress(long sent, long total, long there)
    {
        (_sent, _total, _isWaiting) = (sent, total, false);
        return InvokeAsync(StateHasChanged);
    }

    [JSInvokable]
    public Task OnUploadWaiting()
    {
        _isWaiting = true;
        return InvokeAsync(StateHasChanged);
    }

    [JSInvokable]
    public Task OnUploadDone(int status, string body) => InvokeAsync(async () =>
    {
        (_isSending, _isWaiting) = (false, false);
        _problem = status switch
        {
            -1 or StatusCodes.Status200OK => "",
            StatusCodes.Status401Unauthorized => "Your session ended. Sign in again, then choose the same file; only the rest of it is sent.",
            -2 => "The file could not be read any more: it was moved or changed meanwhile. Choose it again.",
            0 => "The upload stopped. Choose the same file again; only the rest of it is sent.",
            _ => DetailOf(body) ?? "The archive was not accepted. Choose it again; if it stays, tell whoever runs the portal.",
        };
        await OnSent.InvokeAsync();
        StateHasChanged();
    });

    public ValueTask DisposeAsync()
    {
        _self?.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task SendAsync()
    {
        _self ??= DotNetObjectReference.Create(this);
        (_isSending, _isWaiting, _problem, _sent, _total) = (true, false, "", 0, 0);
        await script.InvokeVoidAsync("portal.upload", _input, PortalUrls.Imports(Org), _self);
    }

    private async Task CancelAsync() => await script.InvokeVoidAsync("portal.cancelUpload");

    private static string? DetailOf(string body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
