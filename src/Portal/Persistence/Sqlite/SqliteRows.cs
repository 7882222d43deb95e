using System.Buffers.Text;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Portal.Persistence.Sqlite;

/// <summary>
/// One INSERT of SQLite for many rows, its values bound by their place. The ADO.NET provider looks for each by its name and compares it with all
/// names before, which for a table of twenty columns takes longer than writing the row. Values are stored as that provider stores them. What was
/// bound stays bound, so a value that is the same in each row is given once.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    private const int Short = 64;

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;
    private readonly object?[] _bound;

    /// <param name="connection">An open one.</param>
    /// <param name="insert">With a parameter for each value.</param>
    /// <param name="places">How many there are.</param>
    public SqliteRows(SqliteConnection connection, string insert, int places)
    {
        _database = connection.Handle ?? throw new InvalidOperationException("The connection is not open.");
        Check(raw.sqlite3_prepare_v2(_database, insert, out _insert));
        // What has never been bound is null.
        _bound = new object?[places];
    }

    /// <param name="place">From 0.</param>
    /// <param name="value">Null, or of a type that the model maps.</param>
    public void Bind(int place, object? value)
    {
        if (Equals(_bound[place], value))
        {
            return;
        }

        Check(Give(place + 1, value));
        _bound[place] = value;
    }

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

    /// <summary>As the provider writes it: to the last digit that is not zero.</summary>
    internal static ReadOnlySpan<byte> Written(DateTime time, Span<byte> text)
    {
        // 2026-12-01T08:05:09.0000000, and a zone where it has one.
        Utf8Formatter.TryFormat(DateTime.SpecifyKind(time, DateTimeKind.Unspecified), text, out var length, 'O');
        text[10] = (byte)' ';
        ReadOnlySpan<byte> written = text[..length].TrimEnd((byte)'0');
        return written is [.. var whole, (byte)'.'] ? whole : written;
    }

    private int Give(int place, object? value)
    {
        Span<byte> room = stackalloc byte[Short];
        return value switch
        {
            null => raw.sqlite3_bind_null(_insert, place),
            string text => Encoding.UTF8.TryGetBytes(text, room, out var length)
                ? raw.sqlite3_bind_text(_insert, place, room[..length]) : raw.sqlite3_bind_text(_insert, place, text),
            long number => raw.sqlite3_bind_int64(_insert, place, number),
            int number => raw.sqlite3_bind_int64(_insert, place, number),
            bool isTrue => raw.sqlite3_bind_int64(_insert, place, isTrue ? 1 : 0),
            double number => raw.sqlite3_bind_double(_insert, place, number),
            DateTime time => raw.sqlite3_bind_text(_insert, place, Written(time, room)),
            byte[] bytes => raw.sqlite3_bind_blob(_insert, place, bytes),
            _ => throw new InvalidOperationException($"A {value.GetType().Name} is not bound here."),
        };
    }

    private void Check(int told)
    {
        if (told is not raw.SQLITE_OK)
        {
            SqliteException.ThrowExceptionForRC(told, _database);
        }
    }
}
