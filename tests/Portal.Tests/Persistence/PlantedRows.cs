using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;
using Portal.Persistence;
using Xunit;

namespace Portal.Tests.Persistence;

/// <summary>One row of a tenant in every tenant's table of the model, whatever it would have to refer to: made as superuser, on PostgreSQL.</summary>
internal static class PlantedRows
{
    public static async Task PlantAsync(PortalDatabase database, params string[] tenants)
    {
        using var db = database.CreateOwnerContext();
        await using var connection = await OpenAsync(database.Options.OwnerConnectionString);
        await ExecuteAsync(connection, "SET session_replication_role = replica");
        foreach (var (table, tenant) in TenantTable.Of(db.Model).SelectMany(_ => tenants, (table, tenant) => (table, tenant)))
        {
            Assert.Equal(1, await ExecuteAsync(connection, Insert(db.Model, table, tenant)));
        }
    }

    public static string Insert(IModel model, TenantTable table, string tenant)
    {
        var columns = model.GetRelationalModel().FindTable(table.Name, null)!.Columns.Where(c => !c.IsNullable || c.Name == table.TenantColumn).ToList();
        return $"INSERT INTO \"{table.Name}\" ({string.Join(", ", columns.Select(c => $"\"{c.Name}\""))}) "
            + $"VALUES ({string.Join(", ", columns.Select(c => c.Name == table.TenantColumn ? $"'{tenant}'" : ValueOf(c.StoreType)))})";
    }

    public static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Of names in the model.
        return new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
    }

    private static string ValueOf(string storeType) => storeType switch
    {
        "boolean" => "false",
        "bigint" or "integer" or "smallint" or "double precision" or "real" or "numeric" => "1",
        _ when storeType.StartsWith("timestamp", StringComparison.Ordinal) => "'2026-01-01'",
        _ when storeType.StartsWith("character varying", StringComparison.Ordinal) || storeType is "text" => "'x'",
        "bytea" => "''",
        _ => throw new NotSupportedException($"Say how a planted row fills {storeType}."),
    };
}
