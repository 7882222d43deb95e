using System.Collections.Concurrent;

namespace Portal.Features.Deploy;

/// <summary>
/// One call of an organisation at a time asks its budgets on this node. They would wait for each other at the database all the same, each with
/// a connection that another organisation could use.
/// </summary>
public sealed class HoldTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>The turn, which is over when it is disposed of.</summary>
    internal async Task<IDisposable> TakeAsync(string tenantId)
    {
        var turn = _turns.GetOrAdd(tenantId, _ => new SemaphoreSlim(1));
        await turn.WaitAsync();
        return new Turn(turn);
    }

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
