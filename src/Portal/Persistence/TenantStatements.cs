using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Portal.Persistence;

/// <summary>
/// Statements that every group of calls needs, past LINQ, whose translation costs more than the database does. They are standard SQL that each of
/// the three databases reads alike, of constant words; whose rows they touch is said here, and by no caller. A value is @p0, @p1 and so on.
/// </summary>
internal static class TenantStatements
{
    /// <returns>How many rows it changed.</returns>
    public static async Task<int> UpdateRowsAsync<T>(this PortalDbContext db, string set, string where, CancellationToken ct, params IReadOnlyList<object> values)
        where T : class, ITenantOwned
    {
        await using var command = Changing<T>(db, $"UPDATE {TableOf<T>(db)} SET {set}", where, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    /// <returns>How many rows are gone.</returns>
    public static async Task<int> DeleteRowsAsync<T>(this PortalDbContext db, string where, CancellationToken ct, params IReadOnlyList<object> values)
        where T : class, ITenantOwned
    {
        await using var command = Changing<T>(db, $"DELETE FROM {TableOf<T>(db)}", where, values);
        return await command.ExecuteNonQueryAsync(ct);
    }

    public static async Task<List<TRow>> ReadRowsAsync<T, TRow>(this PortalDbContext db, string columns, string where, Func<DbDataReader, TRow> read, CancellationToken ct, params IReadOnlyList<object> values)
        where T : class, ITenantOwned
    {
        await using var command = Command<T>(db, $"SELECT {columns} FROM {TableOf<T>(db)}", where, values);
        await using var reader = await command.ExecuteReaderAsync(ct);
        List<TRow> rows = [];
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    /// <summary>The names of so many values, for IN.</summary>
    public static string Names(int from, int count) => string.Join(", ", Enumerable.Range(from, count).Select(i => $"@p{i}"));

    private static string TableOf<T>(PortalDbContext db) => $"\"{db.Model.FindEntityType(typeof(T))?.GetTableName() ?? throw new InvalidOperationException($"The model has no {typeof(T).Name}.")}\"";

    private static DbCommand Changing<T>(PortalDbContext db, string begin, string where, IReadOnlyList<object> values) =>
        db.IsReadOnly ? throw new OnlyReadsException() : Command<T>(db, begin, where, values);

    private static DbCommand Command<T>(PortalDbContext db, string begin, string where, IReadOnlyList<object> values)
    {
        // What a restricted scope may see is filtered by LINQ alone.
        if (db.IsPlatform || (db.IsRestricted && !typeof(ISeenByAll).IsAssignableFrom(typeof(T))) || db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException($"Statements past LINQ are of an organisation's own {typeof(T).Name}s, in its transaction.");
        }

        var command = db.CommandOf($"{begin} WHERE \"TenantId\" = @tenant AND ({where})");
        Add(command, "@tenant", db.TenantId);
        for (var i = 0; i < values.Count; i++)
        {
            Add(command, $"@p{i}", values[i]);
        }

        return command;
    }

    /// <param name="db">In a transaction.</param>
    /// <param name="text">Constant words, and names of the model and of parameters; nothing of a row.</param>
    public static DbCommand CommandOf(this PortalDbContext db, string text)
    {
#pragma warning disable RS0030 // On the context's own connection, which the database was told the tenant of, and in its transaction.
        var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning restore RS0030
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // As the parameter says.
        command.CommandText = text;
#pragma warning restore CA2100
        return command;
    }

    private static void Add(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
