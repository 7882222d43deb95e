namespace Portal.Features.Deploy;

/// <summary>
/// A bucket that fills steadily. What a call needs is known before it (a call) or only after (its tokens), so it may be overdrawn:
/// then the next one waits until the debt is paid. One that is not set yet may be in debt already. Whoever asks holds the lock of its share, and
/// fills it first.
/// </summary>
internal sealed class CallBucket(long now)
{
    private double _level;
    private double _capacity = -1;
    private double _perSecond;
    private long _filledAt = now;

    public void Fill(TimeProvider time, long now)
    {
        _level = Math.Min(Math.Max(_capacity, 0), _level + (time.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
        _filledAt = now;
    }

    /// <summary>A limit may change while calls go on; a bucket that was just made is full.</summary>
    public void Set(double capacity, double perMinute)
    {
        _level = Math.Min(_capacity < 0 ? capacity + _level : _level, capacity);
        (_capacity, _perSecond) = (capacity, perMinute / 60);
    }

    /// <summary>How long until one is there; nothing is taken.</summary>
    public TimeSpan WaitForOne() => _level >= 1 ? TimeSpan.Zero : TimeSpan.FromSeconds((1 - _level) / _perSecond);

    public void Take(double amount) => _level -= amount;

    public (long Limit, long Left, TimeSpan UntilFull) Read() => _capacity < 0
        ? (0, 0, _level < 0 ? TimeSpan.MaxValue : TimeSpan.Zero)
        : ((long)_capacity, Math.Max(0, (long)_level), TimeSpan.FromSeconds((_capacity - _level) / _perSecond));
}
