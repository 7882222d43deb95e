using Portal.Features.Billing;

namespace Portal.Features.Deploy;

/// <summary>Whose calls come under the same budgets.</summary>
internal sealed record HoldPlace(string TenantId, string ProjectId, string? KeyId);

/// <summary>
/// What is reserved at budgets for calls that have yet to come, and taken from memory. It is on record as held from the beginning, so it is never
/// spent twice, whatever becomes of this node; and it is small against what budgets have left, so that nobody else is refused for it.
/// </summary>
internal sealed class HoldStock(HoldPlace place, CallHold hold, long micros, CallStanding standing, long until)
{
    /// <summary>A budget has to have room for as many times a reservation that is larger than its calls.</summary>
    public const int RoomFor = 16;

    /// <summary>So many at once, and more are expected.</summary>
    private const int Many = 8;

    private const int Groups = 4;

    /// <summary>How long it is taken from. What is left is held for nobody until then.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private readonly long _half = micros / 2;
    private long _left = micros;
    private long _next = micros * 2;

    public HoldPlace Place { get; } = place;

    /// <summary>The whole, its calls' parts included.</summary>
    public CallHold Hold { get; } = hold;

    private bool IsUsedUp => Volatile.Read(ref _left) < _half;

    /// <summary>Twice the last where that was not enough for as long as it lasts; otherwise what a few groups like this one come to. 0 for none.</summary>
    /// <param name="last">Null where there is none, or it has ended.</param>
    /// <param name="count">Of the calls that wait now.</param>
    /// <param name="sum">What they come to.</param>
    public static long SizeAfter(HoldStock? last, int count, long sum) =>
        last is { IsUsedUp: true } ? (last._next < sum ? 0 : last._next) : count < Many ? 0 : sum * Groups;

    public bool TryTake(long worst, CallStanding asOf, long now)
    {
        if (now >= until || !ReferenceEquals(asOf, standing))
        {
            return false;
        }

        long left;
        do
        {
            left = Volatile.Read(ref _left);
            if (left < worst)
            {
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref _left, left - worst, left) != left);
        return true;
    }

    /// <summary>What is left of it, which nobody can take any more.</summary>
    public long Close() => Interlocked.Exchange(ref _left, 0);

    /// <summary>A budget is not wide enough for the next.</summary>
    public void TooLarge() => _next /= 4;
}
