using System.Collections.Concurrent;

namespace Portal.Features.Tenancy;

/// <summary>
/// What was read of keys a moment ago, so that a busy key does not ask the database for each call. Only keys that exist are kept, so strangers
/// cannot fill it, and none for longer than a revocation may take.
/// </summary>
public sealed class KeyCache(TimeProvider time)
{
    /// <summary>Counted from before the look-up, so that a key revoked anywhere is dead here within five seconds.</summary>
    public static readonly TimeSpan BelievedFor = TimeSpan.FromSeconds(4);

    private static readonly TimeSpan s_notedEvery = TimeSpan.FromMinutes(1);

    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, (KeyHolder Holder, long At)> _holders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _noted = new(StringComparer.Ordinal);

    public KeyHolder? Find(string hash) => _holders.TryGetValue(hash, out var held) && time.GetElapsedTime(held.At) < BelievedFor ? held.Holder : null;

    public long Begin() => time.GetTimestamp();

    public void Keep(string hash, KeyHolder holder, long begun)
    {
        if (_holders.Count >= Most)
        {
            foreach (var old in _holders.Where(h => time.GetElapsedTime(h.Value.At) >= BelievedFor))
            {
                _holders.TryRemove(old);
            }
        }

        if (_holders.Count < Most)
        {
            _holders[hash] = (holder, begun);
        }
    }

    /// <summary>What was changed here is not believed for a moment longer here.</summary>
    public void Forget(string keyId)
    {
        foreach (var held in _holders.Where(h => h.Value.Holder.KeyId == keyId))
        {
            _holders.TryRemove(held);
        }
    }

    /// <summary>Once a minute for each key: a busy key must not queue for its own row.</summary>
    public bool IsUseDue(string keyId)
    {
        var now = time.GetTimestamp();
        if (_noted.TryGetValue(keyId, out var last))
        {
            return time.GetElapsedTime(last, now) >= s_notedEvery && _noted.TryUpdate(keyId, now, last);
        }

        if (_noted.Count >= Most)
        {
            _noted.Clear();
        }

        return _noted.TryAdd(keyId, now);
    }
}
