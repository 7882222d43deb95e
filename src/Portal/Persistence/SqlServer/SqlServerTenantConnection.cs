using System.Data.Common;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence.SqlServer;

/// <summary>
/// Tells the database for whom each connection is opened. The pool's reset empties the session's context before the next; read-only, so that
/// nothing that runs on the connection can change it. A connection that could not be told is closed.
/// </summary>
internal sealed class SqlServerTenantConnection : DbConnectionInterceptor
{
    public const string Tenant = "portal.tenant";
    public const string Platform = "portal.platform";

    public static readonly SqlServerTenantConnection Instance = new();

    private SqlServerTenantConnection()
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

    private static SqlCommand Tell(DbConnection connection, DbContext? context) => context is PortalDbContext db
        ? new SqlCommand(
            $"EXEC sp_set_session_context N'{Tenant}', @tenant, @read_only = 1; EXEC sp_set_session_context N'{Platform}', @platform, @read_only = 1;",
            (SqlConnection)connection)
        {
            Parameters = { new SqlParameter("@tenant", db.TenantIdOrNone), new SqlParameter("@platform", db.IsPlatform ? "on" : "off") },
        }
        : throw new InvalidOperationException("Only a PortalDbContext says whose rows it may see.");
}
