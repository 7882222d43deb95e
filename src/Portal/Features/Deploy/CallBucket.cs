namespace Portal.Features.Deploy;

/// <summary>
/// A bucket that fills steadily. What a call needs is known before it (a call) or only after (its tokens), so it may be overdrawn:
/// then the next one waits until the debt is paid. One that is not set yet may be in debt already.
/// </summary>
internal sealed class CallBucket(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _level;
    private double _capacity = -1;
    private double _perSecond;
    private long _filledAt = time.GetTimestamp();

    /// <summary>A limit may change while calls go on; a bucket that was just made is full.</summary>
    public void Set(double capacity, double perMinute)
    {
        lock (_lock)
        {
            Fill();
            _level = Math.Min(_capacity < 0 ? capacity + _level : _level, capacity);
            (_capacity, _perSecond) = (capacity, perMinute / 60);
        }
    }

    /// <summary>How long until so much is there; nothing is taken.</summary>
    public TimeSpan WaitFor(double amount)
    {
        lock (_lock)
        {
            Fill();
            return _level >= amount ? TimeSpan.Zero : TimeSpan.FromSeconds((amount - _level) / _perSecond);
        }
    }

    public void Take(double amount)
    {
        lock (_lock)
        {
            Fill();
            _level -= amount;
        }
    }

    public (long Limit, long Left, TimeSpan UntilFull) Read()
    {
        lock (_lock)
        {
            Fill();
            if (_capacity < 0)
            {
                return (0, 0, _level < 0 ? TimeSpan.MaxValue : TimeSpan.Zero);
            }

            return ((long)_capacity, Math.Max(0, (long)_level), TimeSpan.FromSeconds((_capacity - _level) / _perSecond));
        }
    }

    private void Fill()
    {
        var now = time.GetTimestamp();
        _level = Math.Min(Math.Max(_capacity, 0), _level + (time.GetElapsedTime(_filledAt, now).TotalSeconds * _perSecond));
        _filledAt = now;
    }
}
