using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Portal.Persistence;

/// <summary>A table whose rows the database itself keeps apart, and the column that says whose each row is.</summary>
public sealed record TenantTable(string Name, string TenantColumn)
{
    /// <summary>
    /// All of the model that do not belong to an entity on <see cref="GlobalTables"/>: what is new is kept apart without being named
    /// here, and one that has no such column stops the start.
    /// </summary>
    public static IReadOnlyList<TenantTable> Of(IModel model) =>
    [
        .. model.GetRelationalModel().Tables
            .Where(table => !table.EntityTypeMappings.Any(m => GlobalTables.Names.Contains(m.TypeBase.ClrType.Name)))
            .Select(table => new TenantTable(table.Name, TenantColumnOf(table)))
            .OrderBy(table => table.Name, StringComparer.Ordinal),
    ];

    private static string TenantColumnOf(ITable table) =>
        table.FindColumn(nameof(ITenantOwned.TenantId))?.Name
        ?? throw new InvalidOperationException($"Table {table.Name} has no {nameof(ITenantOwned.TenantId)}: make its entity ITenantOwned or put it on GlobalTables.");
}
