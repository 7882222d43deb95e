using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Persistence;

namespace Portal.Tests.Features.Leave;

/// <summary>Whatever is still there, past every filter: each column of each table that the database has, and each byte of each file.</summary>
internal static class Leftovers
{
    /// <summary>Rows that hold a text, as table and values, in order.</summary>
    public static async Task<List<string>> RowsWithAsync(PortalDatabase database, string text)
    {
        List<string> found = [];
        await using DbConnection connection = TestServer.Provider is DatabaseProvider.Postgres
            ? new NpgsqlConnection(database.Options.OwnerConnectionString) : new SqliteConnection(database.Options.ConnectionString);
        await connection.OpenAsync();
        var tables = await ReadAsync(connection, TestServer.Provider is DatabaseProvider.Postgres
            ? "SELECT table_schema || '\".\"' || table_name FROM information_schema.tables WHERE table_schema NOT IN ('pg_catalog', 'information_schema')" : "SELECT name FROM sqlite_master WHERE type = 'table'", row => row.GetString(0));
        foreach (var table in tables)
        {
            found.AddRange((await ReadAsync(connection, $"SELECT * FROM \"{table}\"", row =>
                $"{table.Split('"')[^1]}: {string.Join('|', Enumerable.Range(0, row.FieldCount).Select(i => row.IsDBNull(i) ? "" : row.GetValue(i) is byte[] bytes ? Encoding.Latin1.GetString(bytes) : row.GetValue(i)))}"))
                .Where(row => row.Contains(text, StringComparison.Ordinal)));
        }

        return [.. found.Order(StringComparer.Ordinal)];
    }

    public static List<string> FilesWith(string folder, string text) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(path => path.Contains(text, StringComparison.Ordinal) || Encoding.Latin1.GetString(ReadShared(path)).Contains(text, StringComparison.Ordinal)),
    ];

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    }

    private static async Task<List<string>> ReadAsync(DbConnection connection, string sql, Func<DbDataReader, string> read)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Of names in the database.
        command.CommandText = sql;
#pragma warning restore CA2100
        List<string> rows = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
