using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Portal.Persistence.Sqlite;

/// <summary>
/// One INSERT of SQLite for many rows, its values bound by their place. The ADO.NET provider looks for each by its name and compares it with all
/// names before, which for a table of twenty columns takes longer than writing the row. Values are stored as that provider stores them.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    private const string Times = @"yyyy\-MM\-dd HH\:mm\:ss.FFFFFFF";

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;

    public SqliteRows(SqliteConnection connection, string insert)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_database, insert, out _insert));
    }

    /// <summary>Whether values of this type are bound here; of others the provider knows the form.</summary>
    public static bool Takes(Type type) =>
        type == typeof(string) || type == typeof(long) || type == typeof(int) || type == typeof(bool) || type == typeof(double) || type == typeof(DateTime) || type == typeof(byte[]);

    /// <param name="place">From 1.</param>
    /// <param name="value">Null, or of one of the types that are taken.</param>
    public void Bind(int place, object? value) => Check(value switch
    {
        null => raw.sqlite3_bind_null(_insert, place),
        string text => raw.sqlite3_bind_text(_insert, place, text),
        long number => raw.sqlite3_bind_int64(_insert, place, number),
        int number => raw.sqlite3_bind_int64(_insert, place, number),
        bool isTrue => raw.sqlite3_bind_int64(_insert, place, isTrue ? 1 : 0),
        double number => raw.sqlite3_bind_double(_insert, place, number),
        DateTime time => raw.sqlite3_bind_text(_insert, place, time.ToString(Times, CultureInfo.InvariantCulture)),
        byte[] bytes => raw.sqlite3_bind_blob(_insert, place, bytes),
        _ => throw new InvalidOperationException($"A {value.GetType().Name} is not bound here."),
    });

    public void Insert()
    {
        var told = raw.sqlite3_step(_insert);
        if (told is not raw.SQLITE_DONE)
        {
            raw.sqlite3_reset(_insert);
            SqliteException.ThrowExceptionForRC(told, _database);
        }

        Check(raw.sqlite3_reset(_insert));
    }

    public void Dispose() => _insert.Dispose();

    private void Check(int told)
    {
        if (told is not raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(told, _database);
        }
    }
}
