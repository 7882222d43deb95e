using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Portal.EndToEnd;

/// <summary>The portal as an operating-system process of its own, with a folder of its own, so that it can be killed and started again.</summary>
public sealed class PortalProcess : IAsyncDisposable
{
    private readonly int _sandboxPort = FreePort.Take();
    private readonly string _folder = Directory.CreateTempSubdirectory("portal-e2e-").FullName;
    private readonly Dictionary<string, string> _settings;
    private readonly List<string> _output = [];
    private Process? _process;

    public PortalProcess(Dictionary<string, string>? settings = null)
    {
        Address = $"http://127.0.0.1:{FreePort.Take()}";
        _settings = settings ?? [];
    }

    public string Address { get; }

    public string SandboxAddress => $"http://127.0.0.1:{_sandboxPort}";

    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output.TakeLast(60));
            }
        }
    }

    /// <summary>
    /// SHA-256 of every file that was uploaded, but for those the demo came with; once the parts that one was put together from are
    /// gone, which is after it is shown. What a killed process was writing is no file: the sweep takes it.
    /// </summary>
    public async Task<IReadOnlyList<string>> StoredFilesAsync()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            try
            {
                if (StoredFiles() is [_] one)
                {
                    return one;
                }
            }
            catch (IOException)
            {
                // Removed between being listed and being read.
            }

            await Task.Delay(100);
        }

        return StoredFiles();
    }

    private IReadOnlyList<string> StoredFiles()
    {
        var demo = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository.Root, "src", "Portal", "Features", "Admin", "Demo", "support-tickets.csv"))));
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(_folder, "blobs"), "*", SearchOption.AllDirectories)
                .Where(f => !f.EndsWith(".partial", StringComparison.Ordinal))
                .Select(f => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(f)))).Where(hash => hash != demo),
        ];
    }

    public async Task StartAsync()
    {
        var project = Path.Combine(Repository.Root, "src", "Portal");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(project, "bin", Repository.Configuration, "net10.0", "Portal.dll")])
        {
            WorkingDirectory = project,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            // As the tests themselves: it lives too short a time to gain by what is counted.
            ["DOTNET_TieredPGO"] = "0",
            ["ASPNETCORE_URLS"] = Address,
            ["Storage__Folder"] = _folder,
            ["Sandbox__Url"] = SandboxAddress,
            ["SignIn__Authority"] = SandboxAddress + "/",
            ["Connect__SandboxUrl"] = SandboxAddress + "/",
        };
        foreach (var (name, value) in environment.Concat(_settings))
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start) ?? throw new InvalidOperationException("The portal did not start.");
        _process.OutputDataReceived += (_, e) => Keep(e.Data);
        _process.ErrorDataReceived += (_, e) => Keep(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await UntilItAnswersAsync();
    }

    /// <summary>SIGKILL: nothing in the process gets a chance to tidy up.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Add(line);
            }
        }
    }

    private async Task UntilItAnswersAsync()
    {
        using var http = new HttpClient();
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (_process is { HasExited: true })
            {
                throw new InvalidOperationException("The portal stopped at its start:\n" + Output);
            }

            try
            {
                using var answer = await http.GetAsync(new Uri(Address + "/health/ready"));
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(200);
        }

        throw new TimeoutException("The portal did not answer within two minutes:\n" + Output);
    }
}
