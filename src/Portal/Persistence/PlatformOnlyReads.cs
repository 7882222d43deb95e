using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence;

/// <summary>
/// Platform scope has no filter, so an update in place would reach every organisation's rows without passing the guard on saving.
/// Said once for all databases; the servers' row-level security says it again.
/// </summary>
internal sealed class PlatformOnlyReads : IQueryExpressionInterceptor
{
    public static readonly PlatformOnlyReads Instance = new();

    private PlatformOnlyReads()
    {
    }

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) =>
        eventData.Context is PortalDbContext { IsPlatform: true }
        && queryExpression is MethodCallExpression { Method: { Name: nameof(EntityFrameworkQueryableExtensions.ExecuteUpdate) or nameof(EntityFrameworkQueryableExtensions.ExecuteDelete) } verb }
        && !GlobalTables.Names.Contains(verb.GetGenericArguments()[0].Name)
            ? throw new InvalidOperationException($"The platform reads organisations' rows and changes none: {verb.Name} is refused.")
            : queryExpression;
}
