using System.Data.Common;
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
    /// <summary>SQLite is quickest with one prepared row; a server wants fewer journeys, and SQL Server takes 2,100 parameters.</summary>
    private const int MostParameters = 1_800;
    private const int MostRows = 200;
    private const int MostInArrays = 2_000;

    /// <summary>Of each table, as long as its model lives.</summary>
    private static readonly ConditionalWeakTable<IEntityType, List<Column>> s_columns = [];

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
        var columns = s_columns.GetValue(entity, e => [.. e.GetProperties().Select(Column.Of)]);
        if (db is SqlitePortalDbContext && columns.TrueForAll(c => SqliteRows.Takes(c.Stored)))
        {
            WriteSqlite(db, entity, columns, rows);
            return;
        }

        if (db is PostgresPortalDbContext)
        {
            await WritePostgresAsync(db, entity, columns, rows, ct);
            return;
        }

        var atOnce = db is SqlitePortalDbContext ? 1 : Math.Max(1, Math.Min(MostRows, MostParameters / columns.Count));
        var stamps = new Stamps(db, rows.Count);
        for (var from = 0; from < rows.Count;)
        {
            var take = Math.Min(atOnce, rows.Count - from);
            await using var command = Command(db, entity, columns, take);
            for (; rows.Count - from >= take; from += take)
            {
                for (var i = 0; i < take; i++)
                {
                    Fill(command, columns, i, rows[from + i], stamps);
                }

                await command.ExecuteNonQueryAsync(ct);
            }
        }
    }

    private static void WriteSqlite<T>(PortalDbContext db, IEntityType entity, List<Column> columns, IReadOnlyList<T> rows)
        where T : class, ITenantOwned
    {
        if (rows.Count is 0)
        {
            return;
        }

#pragma warning disable RS0030 // On the context's own connection and in its transaction.
        using var insert = new SqliteRows((SqliteConnection)db.Database.GetDbConnection(), Statement(db, entity, columns, 1));
#pragma warning restore RS0030
        var stamps = new Stamps(db, rows.Count);
        foreach (var row in rows)
        {
            for (var i = 0; i < columns.Count; i++)
            {
                insert.Bind(i + 1, columns[i].StoredOf(row, stamps));
            }

            insert.Insert();
        }
    }

    /// <summary>An array a column, so that the statement is the same for any number of rows: with a parameter for each value, reading it took PostgreSQL longer than writing.</summary>
    private static async Task WritePostgresAsync<T>(PortalDbContext db, IEntityType entity, List<Column> columns, IReadOnlyList<T> rows, CancellationToken ct)
        where T : class, ITenantOwned
    {
        var stamps = new Stamps(db, rows.Count);
        foreach (var part in rows.Chunk(MostInArrays))
        {
#pragma warning disable RS0030 // On the context's own connection, which the database was told the tenant of, and in its transaction.
            await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning restore RS0030
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Names of the model and of parameters.
            command.CommandText = $"{Into(db, entity, columns)} SELECT * FROM unnest({string.Join(", ", columns.Select((column, i) => $"@c{i}::{column.ArrayType}"))})";
#pragma warning restore CA2100
            foreach (var (i, column) in columns.Index())
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

    private static DbCommand Command(PortalDbContext db, IEntityType entity, List<Column> columns, int rows)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
#pragma warning disable RS0030 // On the context's own connection, which the database was told the tenant of, and in its transaction.
        var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning restore RS0030
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // Names of the model and of parameters.
        command.CommandText = Statement(db, entity, columns, rows);
#pragma warning restore CA2100
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns.Count; column++)
            {
                command.Parameters.Add(columns[column].Mapping.CreateParameter(command, sql.GenerateParameterName($"p{row}_{column}"), null, columns[column].IsNullable));
            }
        }

        return command;
    }

    private static string Statement(PortalDbContext db, IEntityType entity, List<Column> columns, int rows)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        var values = Enumerable.Range(0, rows).Select(row => $"({string.Join(", ", columns.Select((_, column) => sql.GenerateParameterName($"p{row}_{column}")))})");
        return $"{Into(db, entity, columns)} VALUES {string.Join(", ", values)}";
    }

    private static string Into(PortalDbContext db, IEntityType entity, List<Column> columns)
    {
        var sql = db.GetService<ISqlGenerationHelper>();
        var table = entity.GetTableName() ?? throw new InvalidOperationException($"{entity.ClrType.Name} has no table.");
        return $"INSERT INTO {sql.DelimitIdentifier(table, entity.GetSchema())} ({string.Join(", ", columns.Select(c => sql.DelimitIdentifier(c.Name)))})";
    }

    private static void Fill(DbCommand command, List<Column> columns, int row, object entity, Stamps stamps)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            command.Parameters[(row * columns.Count) + i].Value = columns[i].StoredOf(entity, stamps) ?? DBNull.Value;
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
