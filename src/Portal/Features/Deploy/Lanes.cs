using System.Collections.Concurrent;

namespace Portal.Features.Deploy;

/// <summary>
/// Does small things of many callers together: what comes while an organisation's last group is under way makes up its next one, so that a lone
/// call waits for nobody and a thousand share a few commits. Each organisation has a lane of its own, and the lanes take turns.
/// </summary>
internal sealed class Lanes<T>(Func<string, IReadOnlyList<T>, Task> work)
{
    private const int LargestGroup = 256;

    private readonly ConcurrentDictionary<string, Lane> _lanes = new(StringComparer.Ordinal);

    /// <param name="tenantId">Whose it is.</param>
    /// <param name="item">What the work is told of. It must not throw: nobody is left to hear it.</param>
    public void Add(string tenantId, T item)
    {
        var lane = _lanes.GetOrAdd(tenantId, _ => new Lane());
        lane.Waiting.Enqueue(item);
        if (lane.TryBegin())
        {
            // Not by whoever came first, who would then wait for everybody who comes after.
            _ = Task.Run(() => WorkAsync(tenantId, lane));
        }
    }

    private async Task WorkAsync(string tenantId, Lane lane)
    {
        do
        {
            while (lane.Take() is { Count: > 0 } group)
            {
                await work(tenantId, group).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            lane.End();
        }
        while (!lane.Waiting.IsEmpty && lane.TryBegin());
    }

    private sealed class Lane
    {
        private int _isBusy;

        public ConcurrentQueue<T> Waiting { get; } = [];

        public bool TryBegin() => Interlocked.CompareExchange(ref _isBusy, 1, 0) is 0;

        public void End() => Volatile.Write(ref _isBusy, 0);

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
