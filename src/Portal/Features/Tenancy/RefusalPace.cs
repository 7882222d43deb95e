using System.Threading.RateLimiting;

namespace Portal.Features.Tenancy;

/// <summary>
/// Anybody can send an answer that nobody believes, as often as they like. An organisation's log gets the first few of a minute; the
/// portal's own has a line for each.
/// </summary>
internal sealed class RefusalPace : IDisposable
{
    public const int PerMinute = 5;

    private readonly PartitionedRateLimiter<string> _told = PartitionedRateLimiter.Create<string, string>(tenantId =>
        RateLimitPartition.GetFixedWindowLimiter(tenantId, _ => new FixedWindowRateLimiterOptions { PermitLimit = PerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 }));

    public bool Allows(string tenantId)
    {
        using var lease = _told.AttemptAcquire(tenantId);
        return lease.IsAcquired;
    }

    public void Dispose() => _told.Dispose();
}
