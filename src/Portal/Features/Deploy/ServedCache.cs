using System.Collections.Concurrent;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>A deployment, and all that it is asked by.</summary>
public sealed record Behind(Deployment Deployment, string ModelName, Recipe Recipe, CatalogueModel Model);

/// <summary>An endpoint with what answers at it.</summary>
public sealed record Front(Endpoint Endpoint, IReadOnlyList<Behind> Behind)
{
    /// <summary>What is live, or the canary for its share of the sessions; null where nothing is deployed.</summary>
    public Behind? ChosenBy(int slice)
    {
        // Turned by the canary's number, so that the same callers are not the first each time.
        var isCanary = Endpoint.CanaryDeploymentId is not null && (slice + (Endpoint.LastNumber * 37)) % CallSlice.Count < Endpoint.CanaryPercent;
        var id = isCanary ? Endpoint.CanaryDeploymentId : Endpoint.LiveDeploymentId;
        return Behind.FirstOrDefault(b => b.Deployment.Id == id);
    }
}

/// <summary>Whether calls are answered at all, and whether money is held for them.</summary>
public sealed record CallStanding(bool IsUnpaid, bool HasBudget);

/// <summary>
/// What was read of endpoints and of their organisations' standing a moment ago, so that no busy endpoint asks the database for each call. What
/// is changed here counts here at once, what is changed at another node within the time a key is believed for. Only what is there is kept, so
/// strangers cannot fill it.
/// </summary>
public sealed class ServedCache(TimeProvider time) : ISaveWatch
{
    private static readonly TimeSpan s_believedFor = TimeSpan.FromSeconds(4);

    private const int Most = 20_000;

    private readonly ConcurrentDictionary<(string TenantId, string Name), Kept<Front>> _fronts = new();
    private readonly ConcurrentDictionary<(string TenantId, string ProjectId, string KeyId), Kept<CallStanding>> _standings = new();
    private int _generation;

    /// <summary>Taken before a look-up: what it finds is not kept where something has changed meanwhile.</summary>
    public LookUp Begin() => new(time.GetTimestamp(), Volatile.Read(ref _generation));

    public Front? FindFront(string tenantId, string name) => Find(_fronts, (tenantId, name));

    public CallStanding? FindStanding(string tenantId, string projectId, string? keyId) => Find(_standings, (tenantId, projectId, keyId ?? ""));

    public void Keep(string tenantId, Front front, LookUp begun) => Keep(_fronts, (tenantId, front.Endpoint.Name), front, begun);

    public void Keep(string tenantId, string projectId, string? keyId, CallStanding standing, LookUp begun) => Keep(_standings, (tenantId, projectId, keyId ?? ""), standing, begun);

    public bool IsOf(object row) => row is Endpoint or Deployment or Candidate or Recipe or CatalogueModel or Budget or BillingAccount;

    public void Changed(string? tenantId)
    {
        Interlocked.Increment(ref _generation);
        foreach (var place in _fronts.Keys.Where(k => tenantId is null || k.TenantId == tenantId))
        {
            _fronts.TryRemove(place, out _);
        }

        foreach (var place in _standings.Keys.Where(k => tenantId is null || k.TenantId == tenantId))
        {
            _standings.TryRemove(place, out _);
        }
    }

    private T? Find<TKey, T>(ConcurrentDictionary<TKey, Kept<T>> all, TKey place)
        where TKey : notnull
        where T : class => all.TryGetValue(place, out var kept) && time.GetElapsedTime(kept.At) < s_believedFor ? kept.Value : null;

    private void Keep<TKey, T>(ConcurrentDictionary<TKey, Kept<T>> all, TKey place, T value, LookUp begun)
        where TKey : notnull
        where T : class
    {
        if (all.Count >= Most)
        {
            all.Clear();
        }

        var kept = new Kept<T>(value, begun.At);
        all[place] = kept;
        if (begun.Generation != Volatile.Read(ref _generation))
        {
            // Only what was just put: another may have read since.
            all.TryRemove(new(place, kept));
        }
    }

    public readonly record struct LookUp(long At, int Generation);

    private sealed record Kept<T>(T Value, long At);
}
