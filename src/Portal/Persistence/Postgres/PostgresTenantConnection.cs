using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Portal.Persistence.Postgres;

/// <summary>
/// Tells the database for whom each connection is opened, nobody included, so that one from the pool never goes on as the tenant
/// before. A connection that could not be told is closed: it must not answer "no rows" to the next query.
/// </summary>
internal sealed class PostgresTenantConnection : DbConnectionInterceptor
{
    public const string Tenant = "portal.tenant";
    public const string Platform = "portal.platform";

    public static readonly PostgresTenantConnection Instance = new();

    private PostgresTenantConnection()
    {
    }

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        try
        {
            using var tell = Tell(connection, eventData.Context);
            tell.ExecuteNonQuery();
        }
        catch
        {
            connection.Close();
            throw;
        }
    }

    public override async Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var tell = Tell(connection, eventData.Context);
            await tell.ExecuteNonQueryAsync(cancellationToken);
        }
        catch
        {
            await connection.CloseAsync();
            throw;
        }
    }

    private static NpgsqlCommand Tell(DbConnection connection, DbContext? context) => context is PortalDbContext db
        ? new NpgsqlCommand($"SELECT set_config('{Tenant}', $1, false), set_config('{Platform}', $2, false)", (NpgsqlConnection)connection)
        {
            Parameters = { new() { Value = db.TenantIdOrNone }, new() { Value = db.IsPlatform ? "on" : "off" } },
        }
        : throw new InvalidOperationException("Only a PortalDbContext says whose rows it may see.");
}
