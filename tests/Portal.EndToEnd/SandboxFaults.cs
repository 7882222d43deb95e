using System.Net.Http.Json;

namespace Portal.EndToEnd;

/// <summary>Switches the sandbox's faults on and off, as a bad day at Google would.</summary>
internal sealed class SandboxFaults(string sandbox) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new Uri(sandbox) };

    public async Task BeginAsync(object fault)
    {
        using var answer = await _http.PostAsJsonAsync("/sandbox/faults", fault);
        answer.EnsureSuccessStatusCode();
    }

    public async Task EndAsync()
    {
        using var answer = await _http.DeleteAsync(new Uri("/sandbox/faults", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
    }

    public void Dispose() => _http.Dispose();
}
