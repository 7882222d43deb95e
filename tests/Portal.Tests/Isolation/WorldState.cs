using System.Data.Common;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Portal.Persistence;

namespace Portal.Tests.Isolation;

/// <summary>A row or a file that is not as it was. The text is all of it, to be looked through.</summary>
internal sealed record Change(string Table, string Kind, string Text);

/// <summary>
/// Every row of every table and every file, past all filters: remembered once, compared after each cell that changed anything, and put
/// back. Whether anything changed at all is one cheap question, so most cells cost no more than that.
/// </summary>
internal sealed class WorldState(PortalDatabase database)
{
    private readonly string _blobs = Path.Combine(database.Folder, "blobs");
    private Dictionary<string, List<Row>> _rows = [];
    private Dictionary<string, byte[]> _files = [];
    private IReadOnlyList<string> _tables = [];
    private DbConnection? _connection;
    private string _mark = "";

    public async Task RememberAsync()
    {
        await using (var db = database.CreateOwnerContext())
        {
            _tables = [.. db.Model.GetRelationalModel().Tables.Select(t => t.Name).Where(t => t is not "DataProtectionKeys").Order(StringComparer.Ordinal)];
        }

        _rows = await ReadAsync();
        _files = Files().ToDictionary(f => f, File.ReadAllBytes);
        _mark = await MarkAsync();
    }

    /// <summary>Changes the world itself, until disposed of.</summary>
    public async Task<IAsyncDisposable> SetAsync(IEnumerable<string> statements)
    {
        var before = (_rows, _mark);
        foreach (var statement in statements)
        {
            await using var command = await CommandAsync(statement);
            await command.ExecuteNonQueryAsync();
        }

        (_rows, _mark) = (await ReadAsync(), await MarkAsync());
        return new Setting(async () =>
        {
            _rows = before._rows;
            await PutBackAsync(_tables);
            _mark = await MarkAsync();
        });
    }

    /// <summary>Every row's text, by table.</summary>
    public IEnumerable<(string Table, string Text)> Rows => _rows.SelectMany(t => t.Value.Select(r => (t.Key, r.Text)));

    /// <summary>What is not as it was, after which it is again.</summary>
    public async Task<IReadOnlyList<Change>> TakeChangesAsync()
    {
        List<Change> changes = [];
        if (await MarkAsync() != _mark)
        {
            var now = await ReadAsync();
            foreach (var table in _tables)
            {
                var (before, after) = (_rows[table].Select(r => r.Text).ToHashSet(), now[table].Select(r => r.Text).ToHashSet());
                changes.AddRange(after.Except(before).Select(r => new Change(table, "now", r)));
                changes.AddRange(before.Except(after).Select(r => new Change(table, "was", r)));
            }

            await PutBackAsync([.. changes.Select(c => c.Table).Distinct()]);
            _mark = await MarkAsync();
        }

        changes.AddRange(TakeFileChanges());
        return changes;
    }

    /// <summary>A number that any write moves, whoever wrote. On PostgreSQL others of the server move it too: that costs a look and no more.</summary>
    private async Task<string> MarkAsync()
    {
        await using var command = await CommandAsync(TestServer.Provider is DatabaseProvider.Postgres ? "SELECT pg_current_wal_insert_lsn()::text" : "PRAGMA data_version");
        return Convert.ToString(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture) ?? "";
    }

    private async Task<Dictionary<string, List<Row>>> ReadAsync()
    {
        await using var command = await CommandAsync(string.Concat(_tables.Select(t => $"SELECT * FROM \"{t}\";")));
        await using var reader = await command.ExecuteReaderAsync();
        Dictionary<string, List<Row>> found = [];
        foreach (var table in _tables)
        {
            var rows = found[table] = [];
            while (await reader.ReadAsync())
            {
                var values = new object[reader.FieldCount];
                reader.GetValues(values);
                rows.Add(new Row(
                    [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)], values,
                    string.Join('|', values.Select(v => v is DBNull ? "" : Convert.ToString(v, CultureInfo.InvariantCulture)))));
            }

            await reader.NextResultAsync();
        }

        return found;
    }

    private async Task PutBackAsync(IReadOnlyCollection<string> tables)
    {
        if (tables.Count is 0)
        {
            return;
        }

        var isPostgres = TestServer.Provider is DatabaseProvider.Postgres;
        var sql = new StringBuilder(isPostgres ? "BEGIN; SET LOCAL session_replication_role = replica;" : "PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE;");
        await using var command = await CommandAsync("");
        foreach (var table in tables)
        {
            sql.Append(CultureInfo.InvariantCulture, $"DELETE FROM \"{table}\";");
            foreach (var row in _rows[table])
            {
                sql.Append(CultureInfo.InvariantCulture, $"INSERT INTO \"{table}\" ({string.Join(',', row.Columns.Select(c => $"\"{c}\""))}) VALUES (");
                for (var i = 0; i < row.Values.Length; i++)
                {
                    var parameter = command.CreateParameter();
                    (parameter.ParameterName, parameter.Value) = ($"p{command.Parameters.Count}", row.Values[i]);
                    sql.Append(i is 0 ? "" : ",").Append(row.Values[i] is DBNull ? "NULL" : $"@{parameter.ParameterName}");
                    if (row.Values[i] is not DBNull)
                    {
                        command.Parameters.Add(parameter);
                    }
                }

                sql.Append(");");
            }
        }

#pragma warning disable CA2100 // Of names in the model; all values are parameters.
        command.CommandText = sql.Append(isPostgres ? "COMMIT;" : "COMMIT; PRAGMA foreign_keys = ON;").ToString();
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private List<Change> TakeFileChanges()
    {
        List<Change> changes = [];
        var now = Files().ToHashSet();
        foreach (var path in now.Where(p => !_files.TryGetValue(p, out var bytes) || bytes.Length != new FileInfo(p).Length))
        {
            changes.Add(new Change("files", "now", $"{Path.GetRelativePath(_blobs, path)} {FileText.Of(path)}"));
            File.Delete(path);
        }

        foreach (var (path, bytes) in _files.Where(f => !File.Exists(f.Key)))
        {
            changes.Add(new Change("files", "was", $"{Path.GetRelativePath(_blobs, path)} {Encoding.Latin1.GetString(bytes)}"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, bytes);
        }

        return changes;
    }

    private IEnumerable<string> Files() => Directory.Exists(_blobs) ? Directory.EnumerateFiles(_blobs, "*", SearchOption.AllDirectories) : [];

    private async Task<DbCommand> CommandAsync(string sql)
    {
        if (_connection is null)
        {
            _connection = TestServer.Provider is DatabaseProvider.Postgres ? new NpgsqlConnection(database.Options.OwnerConnectionString)
                : new SqliteConnection(database.Options.ConnectionString + ";Pooling=False");
            await _connection.OpenAsync();
        }

        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Of names in the model.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private sealed class Setting(Func<Task> undo) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await undo();
    }

    private sealed record Row(string[] Columns, object[] Values, string Text);
}
