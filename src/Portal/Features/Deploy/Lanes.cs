using System.Collections.Concurrent;

namespace Portal.Features.Deploy;

/// <summary>
/// Does small things of many callers together: what comes while an organisation's last group is under way makes up its next one, so that a lone
/// call waits for nobody and a thousand share a few commits. Each organisation has a lane of its own, and the lanes take turns.
/// </summary>
/// <param name="begin">Gets an organisation's lane to work; what it works with is disposed of once nobody waits.</param>
internal sealed class Lanes<T>(Func<string, LaneWork<T>> begin)
{
    private const int LargestGroup = 256;

    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <param name="tenantId">Whose it is.</param>
    /// <param name="item">What the work is told of.</param>
    public void Add(string tenantId, T item)
    {
        var lane = _lanes.GetOrAdd(tenantId, _ => new Lane());
        lane.Waiting.Enqueue(item);
        if (lane.TryBegin())
        {
            // Not by whoever came first, who would then wait for everybody who comes after.
            _ = Task.Run(() => WorkAsync(tenantId, lane));
        }
        else
        {
            lane.Wake();
        }
    }

    private async Task WorkAsync(string tenantId, Lane lane)
    {
        do
        {
            await WorkAsync(lane, begin(tenantId)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lane.End();
        }
        while (!lane.Waiting.IsEmpty && lane.TryBegin());
    }

    private static async Task WorkAsync(Lane lane, LaneWork<T> work)
    {
        await using var ended = work;
        do
        {
            while (lane.Take() is { Count: > 0 } group)
            {
                await work.DoAsync(group).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        while (work.Patience > TimeSpan.Zero && await lane.MoreAsync(work.Patience));
    }

    private sealed class Lane
    {
        private int _isBusy;
        private TaskCompletionSource? _asleep;

        public ConcurrentQueue<T> Waiting { get; } = [];

        public bool TryBegin() => Interlocked.CompareExchange(ref _isBusy, 1, 0) is 0;

        public void End() => Volatile.Write(ref _isBusy, 0);

        public void Wake() => Volatile.Read(ref _asleep)?.TrySetResult();

        /// <summary>Whether somebody comes in this time.</summary>
        public async Task<bool> MoreAsync(TimeSpan patience)
        {
            var woken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _asleep, woken);
            if (Waiting.IsEmpty)
            {
                using var end = new CancellationTokenSource();
                await Task.WhenAny(woken.Task, Task.Delay(patience, end.Token));
                await end.CancelAsync();
            }

            Interlocked.Exchange(ref _asleep, null);
            return !Waiting.IsEmpty;
        }

        public List<T> Take()
        {
            var taken = new List<T>();
            while (taken.Count < LargestGroup && Waiting.TryDequeue(out var item))
            {
                taken.Add(item);
            }

            return taken;
        }
    }
}

/// <summary>What one lane does with its groups, one after the other.</summary>
internal abstract class LaneWork<T> : IAsyncDisposable
{
    /// <summary>It must not throw: nobody is left to hear it.</summary>
    public abstract Task DoAsync(IReadOnlyList<T> group);

    /// <summary>How long it waits for more before it is disposed of.</summary>
    public virtual TimeSpan Patience => TimeSpan.Zero;

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
