using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Query;

namespace Portal.Persistence;

/// <summary>Rows that the application adds and never changes or removes: refused here, and on the servers its role has no right to.</summary>
public interface IAppendOnly : ITenantOwned;

/// <summary>Rows that the application only reads; whoever owns the tables writes them.</summary>
public interface IOwnerWritten : IAppendOnly;

/// <summary>
/// Changes in place pass by the guard on saving, so they are refused where queries are made: any that names an append-only table
/// at all, the removal of entries kept long enough excepted.
/// </summary>
internal sealed class AppendOnlyRows : IQueryExpressionInterceptor
{
    /// <summary>
    /// The mark of the one query that may. It is part of the query, and not of the context, because a query that was compiled once
    /// is not asked about again.
    /// </summary>
    public const string Retention = "removes what was kept long enough";

    public static readonly AppendOnlyRows Instance = new();

    private AppendOnlyRows()
    {
    }

    public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData)
    {
        if (queryExpression is MethodCallExpression { Method.Name: nameof(EntityFrameworkQueryableExtensions.ExecuteUpdate) or nameof(EntityFrameworkQueryableExtensions.ExecuteDelete) } verb)
        {
            var seen = new Seen();
            seen.Visit(verb);
            if (seen.Table is { } table && !(seen.IsRetention && verb.Method.Name is nameof(EntityFrameworkQueryableExtensions.ExecuteDelete)))
            {
                throw new InvalidOperationException($"A {table} is never changed or removed: {verb.Method.Name} is refused.");
            }
        }

        return queryExpression;
    }

    private sealed class Seen : ExpressionVisitor
    {
        public string? Table { get; private set; }

        public bool IsRetention { get; private set; }

        protected override Expression VisitExtension(Expression node)
        {
            if (node is not EntityQueryRootExpression root)
            {
                return base.VisitExtension(node);
            }

            Table ??= typeof(IAppendOnly).IsAssignableFrom(root.EntityType.ClrType) ? root.EntityType.ClrType.Name : null;
            return node;
        }

        protected override Expression VisitMethodCall(MethodCallExpression node)
        {
            IsRetention |= node is { Method.Name: nameof(EntityFrameworkQueryableExtensions.TagWith), Arguments: [_, ConstantExpression { Value: Retention }] };
            return base.VisitMethodCall(node);
        }
    }
}
