using Microsoft.AspNetCore.Components;
using Portal.Components;

namespace Portal.Features.Tenancy;

public sealed partial class KeysPage : PortalPage
{
    private KeyList _keys = new([], 0, 0);
    private IReadOnlyDictionary<string, string> _projects = new Dictionary<string, string>();
    private IReadOnlyList<KeyEndpoint> _endpoints = [];
    private IssuedKey? _issued;
    private ApiKey? _revoking;
    private bool _issuing;

    [SupplyParameterFromQuery]
    public int From { get; set; }

    [Inject]
    private ApiKeyService Keys { get; set; } = default!; // filled by the renderer

    [Inject]
    private CurrentMember Current { get; set; } = default!; // filled by the renderer

    [Inject]
    private TimeProvider Time { get; set; } = default!; // filled by the renderer

    private DateTime Now => Time.GetUtcNow().UtcDateTime;

    protected override async Task LoadAsync(CancellationToken ct)
    {
        _keys = await Keys.ListAsync(From, ct);
        (_projects, _endpoints) = await Keys.ChoicesAsync(ct);
    }

    private static string MayOf(ApiKey key) => string.Join(", ", key.Verbs.Select(v => v.Words())) is { Length: > 0 } words ? char.ToUpperInvariant(words[0]) + words[1..] : "Nothing";

    private string ReachOf(ApiKey key)
    {
        var projects = key.ProjectIds is null ? "All projects" : string.Join(", ", key.ProjectIds.Select(id => _projects.GetValueOrDefault(id, "a project that is gone")));
        return key.EndpointIds is null ? projects : $"{projects}; {string.Join(", ", key.EndpointIds.Select(id => _endpoints.FirstOrDefault(e => e.Id == id)?.Name ?? "an endpoint that is gone"))}";
    }

    private static IEnumerable<string> LimitsOf(KeyRow row) => row is var (key, _, figures) ? new[]
    {
        key.RequestsPerMinute is { } requests ? $"{Show.Count(requests)} requests a minute" : "", key.TokensPerMinute is { } tokens ? $"{Show.Count(tokens)} tokens a minute" : "",
        figures is { } budget ? $"{Show.Money(budget.CapMicros)} a month: {Show.Money(budget.SpentMicros)} spent, {Show.Money(budget.HeldMicros)} held" : "",
        figures is { Refused: > 0 } full ? $"{Show.Count(full.Refused)} calls refused for want of budget" : "", key.ExpiresAt is { } end ? $"until {end.AddTicks(-1):yyyy-MM-dd}" : "",
        key.AllowedAddresses is "" ? "" : $"from {key.AllowedAddresses.Replace(",", ", ", StringComparison.Ordinal)}",
    }.Where(l => l is not "").DefaultIfEmpty("None of its own") : [];

    private Task IssueAsync(KeyDraft draft) => RunAsync(async ct =>
    {
        _issued = await Keys.IssueAsync(draft, ct);
        _issuing = false;
        await LoadAsync(ct);
    });

    private Task RotateAsync((ApiKey Key, int Hours) rotation) => RunAsync(async ct =>
    {
        _issued = await Keys.RotateAsync(rotation.Key.Id, Now.AddHours(rotation.Hours), ct);
        await LoadAsync(ct);
    });

    private Task LimitAsync((ApiKey Key, KeyForm Form) change) => RunAsync(
        async ct =>
        {
            await Keys.ChangeAsync(change.Key.Id, change.Form.ToLimits(), ct);
            await LoadAsync(ct);
        },
        $"The limits of \"{change.Key.Name}\" are saved. Every node goes by them within five seconds.");

    private async Task RevokeAsync()
    {
        if (_revoking is { } key)
        {
            _revoking = null;
            await RunAsync(ct => Keys.RevokeAsync(key.Id, ct), $"\"{key.Name}\" is revoked.");
            await RefreshAsync();
        }
    }
}
