using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Portal.Components;

namespace Portal.Features.Data;

/// <summary>Sends a file over HTTP and follows it. The browser does the sending; only progress comes over the circuit.</summary>
public sealed partial class UploadPanel(IJSRuntime script, TimeProvider time)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private ElementReference _input;
    private DotNetObjectReference<UploadPanel>? _self;
    private bool _isSending;
    private bool _isSignedOut;
    private bool _isWaiting;
    private long _sent;
    private long _total;
    private long _there;
    private long _startedAt;
    private string _problem = "";

    [Parameter, EditorRequired]
    public string Address { get; set; } = "";

    [Parameter]
    public bool IsPrimary { get; set; }

    [Parameter, EditorRequired]
    public long MaxBytes { get; set; }

    /// <summary>Uploads of this person that wait for the rest.</summary>
    [Parameter]
    public IReadOnlyList<OpenUpload> Broken { get; set; } = [];

    [Parameter]
    public EventCallback<UploadReceipt> OnUploaded { get; set; }

    /// <summary>An upload stopped, and what of it is here has changed.</summary>
    [Parameter]
    public EventCallback OnStopped { get; set; }

    [Parameter]
    public EventCallback<OpenUpload> OnDiscard { get; set; }

    private string Progress
    {
        get
        {
            if (_sent == _total && _total > 0)
            {
                return $"{Show.Bytes(_total)} sent; looking at the file";
            }

            var elapsed = time.GetElapsedTime(_startedAt);
            var speed = elapsed > TimeSpan.FromSeconds(0.3) ? (_sent - _there) / elapsed.TotalSeconds : 0;
            return speed > 0
                ? $"{Show.Bytes(_sent)} of {Show.Bytes(_total)} · {Show.Bytes((long)speed)}/s · {Show.Duration(TimeSpan.FromSeconds((_total - _sent) / speed))} left"
                : $"{Show.Bytes(_sent)} of {Show.Bytes(_total)}";
        }
    }

    [JSInvokable]
    public Task OnUploadProgress(long sent, long total, long there)
    {
        // What was here from an earlier try says nothing of the speed.
        (_sent, _total, _there, _isWaiting) = (sent, total, there, false);
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
        _isSignedOut = status is StatusCodes.Status401Unauthorized;
        if (status is StatusCodes.Status200OK && JsonSerializer.Deserialize<UploadReceipt>(body, s_json) is { } receipt)
        {
            await OnUploaded.InvokeAsync(receipt);
        }
        else
        {
            _problem = status switch
            {
                StatusCodes.Status401Unauthorized => "Your session ended.",
                -1 => "The upload was cancelled; nothing of it was kept.",
                -2 => "The file could not be read any more: it was moved or changed meanwhile. Choose it again.",
                0 => "The upload stopped. Choose the same file again; only the rest of it is sent.",
                _ => DetailOf(body) ?? "The file was not accepted. Choose it again; if it stays, tell your administrator.",
            };
            await OnStopped.InvokeAsync();
        }

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
        (_isSending, _isWaiting, _isSignedOut, _problem) = (true, false, false, "");
        (_sent, _total, _there, _startedAt) = (0, 0, 0, time.GetTimestamp());
        await script.InvokeVoidAsync("portal.upload", _input, Address, _self);
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
