using Stripe;
using Stripe.Billing;

namespace Portal.Features.Billing;

/// <summary>
/// Stripe's ids of the portal's meters. Every organisation's usage is compared by them several times an hour, and they hardly ever change, so
/// they are asked for once an hour, and at once where one is missing or about to be made.
/// </summary>
internal sealed class StripeMeters(TimeProvider time)
{
    private static readonly TimeSpan s_knownFor = TimeSpan.FromHours(1);

    private volatile Reading? _last;

    /// <summary>Null where Stripe has no such meter yet.</summary>
    public async Task<string?> FindAsync(StripeClient client, Meter meter, CancellationToken ct)
    {
        var name = MeterWords.EventName(meter);
        return _last is { } last && time.GetUtcNow() - last.At < s_knownFor && last.Ids.TryGetValue(name, out var id) ? id : (await ReadAsync(client, ct)).GetValueOrDefault(name);
    }

    public async Task<string> FindOrMakeAsync(StripeClient client, Meter meter, CancellationToken ct)
    {
        var name = MeterWords.EventName(meter);
        return (await ReadAsync(client, ct)).GetValueOrDefault(name) ?? (await client.V1.Billing.Meters.CreateAsync(
            new MeterCreateOptions { DisplayName = UsageWords.Of(meter), EventName = name, DefaultAggregation = new() { Formula = "sum" } },
            new RequestOptions { IdempotencyKey = $"meter-{name}" }, ct)).Id;
    }

    private async Task<IReadOnlyDictionary<string, string>> ReadAsync(StripeClient client, CancellationToken ct)
    {
        var active = await client.V1.Billing.Meters.ListAsync(new MeterListOptions { Status = "active", Limit = 100 }, cancellationToken: ct);
        var ids = active.Data.DistinctBy(m => m.EventName).ToDictionary(m => m.EventName, m => m.Id, StringComparer.Ordinal);
        _last = new Reading(time.GetUtcNow(), ids);
        return ids;
    }

    private sealed record Reading(DateTimeOffset At, IReadOnlyDictionary<string, string> Ids);
}
