using Microsoft.Extensions.Options;

namespace Portal.Persistence;

/// <summary>
/// Turns for those who write all the time. SQLite has one writer at a time, and whoever finds it busy sleeps; here they queue, and the next
/// begins as soon as one is done. A server lets several write, each with a connection that others could use.
/// </summary>
public sealed class WriteTurns(IOptions<DatabaseOptions> options) : IDisposable
{
    private const int AtOnce = 8;

    private readonly SemaphoreSlim _turns = new(options.Value.Provider is DatabaseProvider.Sqlite ? 1 : AtOnce);

    /// <summary>The turn, which is over when it is disposed of.</summary>
    public async Task<IDisposable> TakeAsync()
    {
        await _turns.WaitAsync();
        return new Turn(_turns);
    }

    public void Dispose() => _turns.Dispose();

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
