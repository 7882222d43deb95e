using System.Threading.RateLimiting;

namespace Portal.Features.Tenancy;

/// <summary>
/// How fast a key's programs may ask, at each node: as many in a minute as the key may, or 600. Buckets that are full again are dropped, and
/// only a key that exists gets one.
/// </summary>
public sealed class KeyPace : IDisposable
{
    private const int EveryMinute = 600;

    private readonly PartitionedRateLimiter<KeyHolder> _buckets = PartitionedRateLimiter.Create<KeyHolder, (string, int)>(holder =>
        RateLimitPartition.GetTokenBucketLimiter((holder.KeyId, holder.RequestsPerMinute ?? EveryMinute), key => BucketOf(key.Item2)));

    /// <summary>Null when the call may go on; else how long to wait.</summary>
    public TimeSpan? Take(KeyHolder holder)
    {
        using var lease = _buckets.AttemptAcquire(holder);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    /// <summary>Fills in a minute, in small steps: whole calls, a tenth of a second apart or more.</summary>
    internal static TokenBucketRateLimiterOptions BucketOf(int rate)
    {
        var step = Math.Max(1, rate / EveryMinute);
        return new TokenBucketRateLimiterOptions
        {
            TokenLimit = rate, TokensPerPeriod = step, ReplenishmentPeriod = TimeSpan.FromMinutes((double)step / rate), QueueLimit = 0, AutoReplenishment = true,
        };
    }

    public void Dispose() => _buckets.Dispose();
}
