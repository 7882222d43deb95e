using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Tests;

/// <summary>Counts what is asked of the database by contexts that it watches.</summary>
internal sealed class CountedCommands : DbCommandInterceptor
{
    private int _count;

    /// <summary>How many were asked while something was done.</summary>
    public async Task<int> DuringAsync(Func<Task> act)
    {
        var before = Volatile.Read(ref _count);
        await act();
        return Volatile.Read(ref _count) - before;
    }

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _count);
        return ValueTask.FromResult(result);
    }
}
