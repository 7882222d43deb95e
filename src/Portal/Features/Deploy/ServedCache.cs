using System.Collections.Concurrent;
using Portal.Features.Billing;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>An endpoint as a call needs it.</summary>
public sealed record ServedEndpoint(string Id, string ProjectId, string Name)
{
    public string? LiveDeploymentId { get; init; }

    public string? CanaryDeploymentId { get; init; }

    public int CanaryPercent { get; init; }

    public int LastNumber { get; init; }

    public string? ShadowRunId { get; init; }

    public int ShadowPercent { get; init; }

    public DateTime? PausedAt { get; init; }

    public string PauseMessage { get; init; } = "";

    public DateTime CreatedAt { get; init; }

    public static ServedEndpoint Of(Endpoint endpoint) => new(endpoint.Id, endpoint.ProjectId, endpoint.Name)
    {
        LiveDeploymentId = endpoint.LiveDeploymentId, CanaryDeploymentId = endpoint.CanaryDeploymentId, CanaryPercent = endpoint.CanaryPercent, LastNumber = endpoint.LastNumber,
        ShadowRunId = endpoint.ShadowRunId, ShadowPercent = endpoint.ShadowPercent,
        PausedAt = endpoint.PausedAt, PauseMessage = endpoint.PauseMessage, CreatedAt = endpoint.CreatedAt,
    };
}

public sealed record ServedDeployment(string Id, int Number);

/// <summary>A deployment, and all that it is asked by.</summary>
public sealed record Behind(ServedDeployment Deployment, string ModelName, RecipeContent Recipe, CatalogueModel Model)
{
    public RecipeJson Json { get; } = RecipeJson.Of(Recipe);
}

/// <summary>An endpoint with what answers at it.</summary>
public sealed record Front(ServedEndpoint Endpoint, IReadOnlyList<Behind> Behind)
{
    /// <summary>What is live, or the canary for its share of the sessions; null where nothing is deployed.</summary>
    public Behind? ChosenFor(string tenantId, string? session)
    {
        // Turned by the canary's number, so that the same callers are not the first each time.
        var isCanary = Endpoint.CanaryDeploymentId is not null
            && (CallSlice.Of(tenantId, Endpoint.Name, session) + (Endpoint.LastNumber * 37)) % CallSlice.Count < Endpoint.CanaryPercent;
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

    private readonly ConcurrentDictionary<(string TenantId, string KeyId, string Name), Kept<Front>> _fronts = new();
    private readonly ConcurrentDictionary<(string TenantId, string ProjectId, string KeyId), Kept<CallStanding>> _standings = new();
    private int _generation;

    /// <summary>Taken before a look-up: what it finds is not kept where something has changed meanwhile.</summary>
    internal LookUp Begin() => new(time.GetTimestamp(), Volatile.Read(ref _generation));

    /// <summary>What a key finds by a name, since it may open one endpoint and not another.</summary>
    internal Front? FindFront(KeyHolder holder, string name) => Find(_fronts, (holder.TenantId, holder.KeyId, name));

    internal CallStanding? FindStanding(string tenantId, string projectId, string? keyId) => Find(_standings, (tenantId, projectId, keyId ?? ""));

    internal void Keep(KeyHolder holder, Front front, LookUp begun) => Keep(_fronts, (holder.TenantId, holder.KeyId, front.Endpoint.Name), front, begun);

    internal void Keep(string tenantId, string projectId, string? keyId, CallStanding standing, LookUp begun) => Keep(_standings, (tenantId, projectId, keyId ?? ""), standing, begun);

    public bool IsOf(object row) => row is Endpoint or Deployment or Candidate or Recipe or CatalogueModel or ApiKey or Budget or BillingAccount;

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

    internal readonly record struct LookUp(long At, int Generation);

    private sealed record Kept<T>(T Value, long At);
}
