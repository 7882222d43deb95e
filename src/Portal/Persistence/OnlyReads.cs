using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence;

/// <summary>Somebody who only looks asked for a change. Nothing was done.</summary>
public sealed class OnlyReadsException() : PortalException("This visit only looks, so nothing was changed. What it asked for is left to the organization itself.");

/// <summary>
/// Changes in place pass by the guard on saving, so a context that only reads has them refused as they are sent: a query that was compiled for
/// somebody else is not asked about again.
/// </summary>
internal sealed class OnlyReads : DbCommandInterceptor
{
    public static readonly OnlyReads Instance = new();

    private OnlyReads()
    {
    }

    public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
    {
        Refuse(eventData);
        return result;
    }

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Refuse(eventData);
        return ValueTask.FromResult(result);
    }

    private static void Refuse(CommandEventData eventData)
    {
        if (eventData is { Context: PortalDbContext { IsReadOnly: true, IsChaining: false }, CommandSource: CommandSource.ExecuteUpdate or CommandSource.ExecuteDelete or CommandSource.FromSqlQuery or CommandSource.ExecuteSqlRaw })
        {
            throw new OnlyReadsException();
        }
    }
}
