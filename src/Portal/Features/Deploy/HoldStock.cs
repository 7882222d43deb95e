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

    private readonly long _size = micros;
    private long _left = micros;
    private long _taken = -1;
    private long _most = long.MaxValue;

    public HoldPlace Place { get; } = place;

    /// <summary>The whole, its calls' parts included.</summary>
    public CallHold Hold { get; } = hold;

    /// <summary>What the next one had better be: a little more than was taken from this one as long as it lasted, or twice as much where it did not last.</summary>
    private long Next
    {
        get
        {
            var (taken, left) = (Volatile.Read(ref _taken), Volatile.Read(ref _left));
            return Math.Min(Volatile.Read(ref _most), taken >= 0 ? taken + (taken / 4) : left < _size / 2 ? _size * 2 : _size);
        }
    }

    /// <summary>0 for none: where few come, and few came before.</summary>
    /// <param name="last">Null where there is none, or it ended a while ago.</param>
    /// <param name="count">Of the calls that wait now.</param>
    /// <param name="sum">What they come to.</param>
    public static long SizeAfter(HoldStock? last, int count, long sum) =>
        last?.Next is { } next && next >= sum * Many ? next : count < Many ? 0 : Math.Min(sum * Groups, last?._most ?? long.MaxValue) is var first && first >= sum ? first : 0;

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
    public long Close()
    {
        var left = Interlocked.Exchange(ref _left, 0);
        Interlocked.CompareExchange(ref _taken, _size - left, -1);
        return left;
    }

    /// <summary>A budget is not wide enough for one of this size.</summary>
    public void TooLarge(long tried) => Volatile.Write(ref _most, tried / 4);
}
