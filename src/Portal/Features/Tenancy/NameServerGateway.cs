using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Hosting;

namespace Portal.Features.Tenancy;

/// <summary>
/// Reads TXT records over HTTPS, in the JSON that public resolvers answer with. The sandbox answers the same at its own address,
/// so a practice domain is proved on the same path as a real one.
/// </summary>
public sealed class NameServerGateway(IOptions<SignInOptions> options, OutsideHttp outside)
{
    private const int TextRecord = 16;
    private const int NoError = 0;
    private const int NoSuchName = 3;

    public async Task<IReadOnlyList<string>> TextsAsync(string name, CancellationToken ct)
    {
        using var http = outside.Client(options.Value.AllowLoopbackProviders);
        try
        {
            using var answer = await http.GetAsync(new Uri($"{options.Value.ResolverAddress}?name={Uri.EscapeDataString(name)}&type=TXT"), ct);
            answer.EnsureSuccessStatusCode();
            using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(ct));
            // A name server that failed has not said that there is no record.
            return json.RootElement.GetProperty("Status").GetInt32() is NoError or NoSuchName ? Texts(json.RootElement)
                : throw new HttpRequestException("The name server failed.");
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException
            || (fault is TaskCanceledException && !ct.IsCancellationRequested))
        {
            throw new PortalException("The name server did not answer, so the domain could not be checked. Nothing is wrong with your record; try again in a minute.", fault);
        }
    }

    // A long text stands in several quoted pieces, which belong together.
    private static List<string> Texts(JsonElement answer) => !answer.TryGetProperty("Answer", out var records) ? [] :
    [
        .. records.EnumerateArray().Where(r => r.GetProperty("type").GetInt32() is TextRecord)
            .Select(r => (r.GetProperty("data").GetString() ?? "").Replace("\" \"", "", StringComparison.Ordinal).Trim('"')),
    ];
}
