using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Portal.Persistence.Postgres;
using Portal.Persistence.Sqlite;

namespace Portal.Persistence;

/// <summary>
/// Many new rows of one table at once, past the change tracker, which costs more than the database does. The same is asked as on saving:
/// rows are stamped as the tenant's own, somebody else's are refused, and whoever only looks writes nothing. The statement is made of the
/// model, and nothing of it comes from a row.
/// </summary>
public static class BulkInsert
{
    /// <summary>SQL Server takes 2,100.</summary>
    private const int MostParameters = 1_800;
    private const int MostRows = 200;
    private const int MostInArrays = 2_000;

    /// <summary>As long as the model lives that they are of.</summary>
    private static readonly ConditionalWeakTable<IEntityType, Table> s_tables = [];

    /// <param name="db">In a transaction, so that all of them are written or none.</param>
    public static async Task InsertAsync<T>(this PortalDbContext db, IReadOnlyList<T> rows, CancellationToken ct)
        where T : class, ITenantOwned
    {
        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"The model has no {typeof(T).Name}.");
        // What has an id, a version or a project of its own is saved one by one, where those are looked after.
        if (typeof(IVersioned).IsAssignableFrom(typeof(T)) || typeof(TenantOwned).IsAssignableFrom(typeof(T)) || entity.FindProperty("ProjectId") is not null || entity.GetComplexProperties().Any())
        {
            throw new InvalidOperationException($"A {typeof(T).Name} is not written in bulk.");
        }

        await WriteAsync(db, entity, rows, ct);
    }

    /// <summary>The same for rows with ids, which they get here. Only such as are written once and by nobody who sees a part of the projects.</summary>
    /// <param name="db">In a transaction, so that all of them are written or none.</param>
    public static async Task InsertNewAsync<T>(this PortalDbContext db, IReadOnlyList<T> rows, CancellationToken ct)
        where T : TenantOwned
    {
        var entity = db.Model.FindEntityType(typeof(T)) ?? throw new InvalidOperationException($"The model has no {typeof(T).Name}.");
        if (typeof(IVersioned).IsAssignableFrom(typeof(T)) || entity.GetComplexProperties().Any() || db.IsRestricted || rows.Any(r => r.Id is not ""))
        {
            throw new InvalidOperationException($"A {typeof(T).Name} is not written in bulk.");
        }

        await WriteAsync(db, entity, rows, ct);
    }

    private static async Task WriteAsync<T>(PortalDbContext db, IEntityType entity, IReadOnlyList<T> rows, CancellationToken ct)
        where T : class, ITenantOwned
    {
        Refuse(db, rows);
        if (rows.Count is 0)
        {
            return;
        }

        var sql = db.GetService<ISqlGenerationHelper>();
        var table = s_tables.GetValue(entity, e => Table.Of(e, sql));
        switch (db)
        {
            case SqlitePortalDbContext:
                WriteSqlite(db, table, rows);
                break;
            case PostgresPortalDbContext:
                await WritePostgresAsync(db, table, rows, ct);
                break;
            default:
                await WriteSqlServerAsync(db, table, sql, rows, ct);
                break;
        }
    }

    private static void WriteSqlite<T>(PortalDbContext db, Table table, IReadOnlyList<T> rows)
        where T : class, ITenantOwned
    {
#pragma warning disable RS0030 // On the context's own connection and in its transaction.
        using var insert = new SqliteRows((SqliteConnection)db.Database.GetDbConnection(), $"{table.Into} VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})", table.Columns.Count);
#pragma warning restore RS0030
        var stamps = new Stamps(db, rows.Count);
        foreach (var row in rows)
        {
            for (var i = 0; i < table.Columns.Count; i++)
            {
                insert.Bind(i, table.Columns[i].StoredOf(row, stamps));
            }

            insert.Insert();
        }
    }

    /// <summary>An array a column, so that the statement is the same for any number of rows: with a parameter for each value, reading it took PostgreSQL longer than writing.</summary>
    private static async Task WritePostgresAsync<T>(PortalDbContext db, Table table, IReadOnlyList<T> rows, CancellationToken ct)
        where T : class, ITenantOwned
    {
        var stamps = new Stamps(db, rows.Count);
        foreach (var part in rows.Chunk(MostInArrays))
        {
            await using var command = db.CommandOf($"{table.Into} SELECT * FROM unnest({string.Join(", ", table.Columns.Select((column, i) => $"@c{i}::{column.ArrayType}"))})");
            foreach (var (i, column) in table.Columns.Index())
            {
                var values = column.Array(part.Length);
                for (var row = 0; row < part.Length; row++)
                {
                    values.SetValue(column.StoredOf(part[row], stamps), row);
                }

                command.Parameters.Add(new NpgsqlParameter($"c{i}", values));
            }

            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task WriteSqlServerAsync<T>(PortalDbContext db, Table table, ISqlGenerationHelper sql, IReadOnlyList<T> rows, CancellationToken ct)
        where T : class, ITenantOwned
    {
        var stamps = new Stamps(db, rows.Count);
        foreach (var part in rows.Chunk(Math.Clamp(MostParameters / table.Columns.Count, 1, MostRows)))
        {
            var names = part.Select((_, row) => table.Columns.Select((_, column) => sql.GenerateParameterName($"p{row}_{column}")).ToList()).ToList();
            await using var command = db.CommandOf($"{table.Into} VALUES {string.Join(", ", names.Select(row => $"({string.Join(", ", row)})"))}");
            foreach (var (row, entity) in part.Index())
            {
                foreach (var (i, column) in table.Columns.Index())
                {
                    var parameter = column.Mapping.CreateParameter(command, names[row][i], null, column.IsNullable);
                    parameter.Value = column.StoredOf(entity, stamps) ?? DBNull.Value;
                    command.Parameters.Add(parameter);
                }
            }

            await command.ExecuteNonQueryAsync(ct);
        }
    }

    private static void Refuse<T>(PortalDbContext db, IReadOnlyList<T> rows)
        where T : class, ITenantOwned
    {
        if (db.IsReadOnly)
        {
            throw new OnlyReadsException();
        }

        var tenantId = db.IsPlatform ? null : db.TenantId;
        if (tenantId is null || rows.Any(r => r.TenantId is not "" && r.TenantId != tenantId))
        {
            throw new InvalidOperationException($"A {typeof(T).Name} of another organisation must not be written from here.");
        }

        if (db.Database.CurrentTransaction is null)
        {
            throw new InvalidOperationException("Many rows are written in one transaction.");
        }
    }

    /// <summary>What rows get as they are written. The system's generator costs as much for the bytes of many ids as for one.</summary>
    private sealed class Stamps(PortalDbContext db, int rows)
    {
        private readonly byte[] _random = RandomNumberGenerator.GetBytes(PublicId.Bytes * rows);
        private int _used;

        public string TenantId { get; } = db.TenantId;

        public DateTime Now { get; } = db.Now;

        public ReadOnlySpan<byte> NextRandom() => _random.AsSpan(PublicId.Bytes * _used++, PublicId.Bytes);
    }

    /// <param name="Into">How its statement begins.</param>
    private sealed record Table(string Into, List<Column> Columns)
    {
        public static Table Of(IEntityType entity, ISqlGenerationHelper sql)
        {
            var columns = entity.GetProperties().Select(Column.Of).ToList();
            var name = entity.GetTableName() ?? throw new InvalidOperationException($"{entity.ClrType.Name} has no table.");
            return new Table($"INSERT INTO {sql.DelimitIdentifier(name, entity.GetSchema())} ({string.Join(", ", columns.Select(c => sql.DelimitIdentifier(c.Name)))})", columns);
        }
    }

    private sealed record Column(string Name, bool IsNullable, RelationalTypeMapping Mapping, Func<object, Stamps, object?> Read)
    {
        /// <summary>The type of what the database is given.</summary>
        public Type Stored { get; } = Nullable.GetUnderlyingType(Mapping.Converter?.ProviderClrType ?? Mapping.ClrType) ?? Mapping.Converter?.ProviderClrType ?? Mapping.ClrType;

        /// <summary>Of PostgreSQL. A cast to a length would cut what is too long, where writing it has to fail.</summary>
        public string ArrayType => Stored == typeof(string) ? "text[]" : $"{Mapping.StoreType}[]";

        public Array Array(int length) => System.Array.CreateInstance(Stored.IsValueType ? typeof(Nullable<>).MakeGenericType(Stored) : Stored, length);

        public object? StoredOf(object row, Stamps stamps) => Read(row, stamps) is { } value ? Mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value : null;

        public static Column Of(IProperty property) => new(
            property.GetColumnName(), property.IsNullable, property.GetRelationalTypeMapping(), ReaderOf(property));

        private static Func<object, Stamps, object?> ReaderOf(IProperty property)
        {
            if (property.Name is nameof(ITenantOwned.TenantId))
            {
                return (_, stamps) => stamps.TenantId;
            }

            if (property.Name is nameof(TenantOwned.Id) && property.GetValueGeneratorFactory()?.Invoke(property, property.DeclaringType) is PublicIdGenerator ids)
            {
                return (_, stamps) => ids.Create(stamps.Now, stamps.NextRandom());
            }

            var getter = property.GetGetter();
            return (row, _) => getter.GetClrValue(row);
        }
    }
}
