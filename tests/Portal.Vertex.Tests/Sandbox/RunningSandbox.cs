using Microsoft.AspNetCore.Builder;
using Portal.Sandbox;

namespace Portal.Vertex.Tests.Sandbox;

/// <summary>A sandbox on a free port over a folder of its own, which can be stopped and started again.</summary>
internal sealed class RunningSandbox : IAsyncDisposable
{
    private readonly Func<string, SandboxOptions> _options;
    private WebApplication _app;

    private RunningSandbox(string folder, Func<string, SandboxOptions> options)
    {
        Folder = folder;
        _options = options;
        _app = SandboxServer.Build(options(folder));
    }

    public string Folder { get; }

    public string Address => _app.Urls.First();

    public HttpClient Http { get; private set; } = null!; // Set by every start; there is no instance without one.

    public static async Task<RunningSandbox> StartAsync(Func<string, SandboxOptions>? options = null)
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-").FullName;
        var sandbox = new RunningSandbox(folder, options ?? Options);
        await sandbox.ListenAsync();
        return sandbox;
    }

    /// <summary>
    /// Starts on what another sandbox has on disk, as after a kill. A copy takes time while a kill takes none, so what refers to
    /// other files is copied before them: a state on disk promises what was written before it.
    /// </summary>
    public static async Task<RunningSandbox> StartOnCopyOfAsync(string source)
    {
        var folder = Directory.CreateTempSubdirectory("sandbox-").FullName;
        foreach (var directory in Directory.EnumerateDirectories(source, "*", SearchOption.AllDirectories))
        {
            Directory.CreateDirectory(Path.Combine(folder, Path.GetRelativePath(source, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => !file.EndsWith(".unfinished", StringComparison.Ordinal))
            .OrderBy(file => file.Contains("tuningJobs", StringComparison.Ordinal) ? 0 : file.EndsWith("trainer", StringComparison.Ordinal) ? 1 : 2))
        {
            File.Copy(file, Path.Combine(folder, Path.GetRelativePath(source, file)));
        }

        var sandbox = new RunningSandbox(folder, Options);
        await sandbox.ListenAsync();
        return sandbox;
    }

    public static SandboxOptions Options(string folder) => new() { StateFolder = folder, Url = "http://127.0.0.1:0" };

    public async Task RestartAsync()
    {
        await StopAsync();
        _app = SandboxServer.Build(_options(Folder));
        await ListenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task ListenAsync()
    {
        await _app.StartAsync();
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Address) };
    }

    private async Task StopAsync()
    {
        Http.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }
}
