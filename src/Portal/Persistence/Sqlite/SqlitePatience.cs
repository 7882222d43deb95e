using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence.Sqlite;

/// <summary>
/// Whoever finds SQLite's one writer at work waits within SQLite, which looks again after a millisecond or a few. Its ADO.NET provider, left
/// alone, sleeps for 150 of them at a time.
/// </summary>
internal sealed class SqlitePatience : DbConnectionInterceptor
{
    public static readonly SqlitePatience Instance = new();

    private const string Statement = "PRAGMA busy_timeout = 1000";

    private SqlitePatience()
    {
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) => Ask(connection);

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        // SQLite does nothing asynchronously.
        Ask(connection);
        return Task.CompletedTask;
    }

    private static void Ask(DbConnection connection)
    {
#pragma warning disable RS0030 // A setting of the connection, and no tenant's row.
        using var command = connection.CreateCommand();
#pragma warning restore RS0030
        command.CommandText = Statement;
        command.ExecuteNonQuery();
    }
}
