using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace Portal.Features.Deploy;

/// <summary>
/// One bucket per key, so that a busy integration starves nobody else's. Buckets that are full again are dropped,
/// and only a key that exists gets one: strangers cannot fill the memory.
/// </summary>
public sealed class KeyLimiter(IOptions<DeployOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _buckets = PartitionedRateLimiter.Create<string, string>(key =>
        RateLimitPartition.GetTokenBucketLimiter(key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Value.Burst,
            TokensPerPeriod = Math.Max(1, options.Value.CallsPerMinute / 60),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, 60.0 / options.Value.CallsPerMinute)),
            QueueLimit = 0,
            AutoReplenishment = true,
        }));

    /// <summary>Null when the call may go on; else how long to wait.</summary>
    public TimeSpan? Take(string keyId)
    {
        using var lease = _buckets.AttemptAcquire(keyId);
        return lease.IsAcquired ? null : lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    public void Dispose() => _buckets.Dispose();
}
