using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Portal.Vertex.Tests.Client;

/// <summary>
/// A clock that notes how long it was asked to wait. When a wait was seen to be over depends on how busy the machine is; how long it was
/// meant to be does not.
/// </summary>
internal sealed class RecordedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _waits = [];

    /// <summary>Pauses between calls, in their order. What limits a call is longer.</summary>
    public IReadOnlyList<TimeSpan> Pauses => [.. _waits.Where(w => w > TimeSpan.Zero && w < TimeSpan.FromSeconds(25))];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _waits.Enqueue(dueTime);
        return base.CreateTimer(callback, state, dueTime, period);
    }

    public async Task PassUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }
    }
}
