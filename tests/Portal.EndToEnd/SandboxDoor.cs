using System.Net;
using System.Net.Sockets;

namespace Portal.EndToEnd;

/// <summary>Stands between the portal and the sandbox; shut, nobody answers there and open connections break.</summary>
internal sealed class SandboxDoor : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private readonly CancellationTokenSource _end = new();
    private Uri? _behind;
    private volatile bool _isShut;

    public SandboxDoor()
    {
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address => $"http://{_listener.LocalEndpoint}/";

    public void LeadTo(string sandbox) => _behind = new Uri(sandbox);

    public void Open() => _isShut = false;

    public void Shut()
    {
        _isShut = true;
        lock (_open)
        {
            _open.ForEach(c => c.Dispose());
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Shut();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                var caller = await _listener.AcceptTcpClientAsync(_end.Token);
                _ = PassOnAsync(caller);
            }
            catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PassOnAsync(TcpClient caller)
    {
        using var onward = new TcpClient();
        using (caller)
        {
            if (_isShut || _behind is null)
            {
                return;
            }

            lock (_open)
            {
                _open.AddRange([caller, onward]);
            }

            try
            {
                await onward.ConnectAsync(_behind.Host, _behind.Port, _end.Token);
                await Task.WhenAny(
                    caller.GetStream().CopyToAsync(onward.GetStream(), _end.Token), onward.GetStream().CopyToAsync(caller.GetStream(), _end.Token));
            }
            catch (Exception broken) when (broken is IOException or SocketException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
            {
                // Shut in the middle, or either side hung up.
            }
        }
    }
}
