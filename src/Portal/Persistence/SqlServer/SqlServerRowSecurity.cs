using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Portal.Persistence.SqlServer;

/// <summary>
/// One security policy over each tenant's table: a filter that shows the tenant's own rows, or all of them in platform scope, and a
/// block that lets nothing be written but the tenant's own. It binds everybody, the owner too.
/// </summary>
internal sealed class SqlServerRowSecurity(DatabaseOptions options) : IRowSecurity
{
    private const string Schema = "portal_security";

    /// <summary>Where Hangfire.SqlServer keeps its own tables; the application makes and owns them.</summary>
    private const string JobsSchema = "HangFire";

    private const string TakeTurn = $"""
        DECLARE @turn int;
        EXEC @turn = sp_getapplock @Resource = N'{Schema}', @LockMode = 'Exclusive', @LockTimeout = 60000;
        IF @turn < 0 THROW 50000, N'Another start of the portal has held the database too long. Start it again.', 1;
        """;

    private const string Drop = $"""
        DROP SECURITY POLICY IF EXISTS [{Schema}].[tenants];
        DROP FUNCTION IF EXISTS [{Schema}].[may_see];
        DROP FUNCTION IF EXISTS [{Schema}].[may_write];
        """;

    // A policy that is off, or that lost a predicate, has the hash of nothing.
    private const string StateQuery = $"""
        SELECT CONVERT(nvarchar(64), (SELECT value FROM sys.extended_properties WHERE class = 3 AND major_id = SCHEMA_ID(N'{Schema}') AND name = N'hash'))
        WHERE EXISTS (SELECT 1 FROM sys.security_policies WHERE schema_id = SCHEMA_ID(N'{Schema}') AND name = N'tenants' AND is_enabled = 1);
        """;

    private static readonly string s_own =
        $"@tenant <> N'' AND @tenant = CONVERT(nvarchar({PublicId.MaxLength}), SESSION_CONTEXT(N'{SqlServerTenantConnection.Tenant}'))";

    // The policy holds on to its tables' shape, and shows a migration no rows.
    public Task LiftAsync(PortalDbContext owner, CancellationToken ct) => ExecuteAsync(owner, Drop, ct);

    public async Task ApplyAsync(PortalDbContext owner, CancellationToken ct)
    {
        await using var transaction = await owner.Database.BeginTransactionAsync(ct);
        await ExecuteAsync(owner, TakeTurn, ct);
        var tables = TenantTable.Of(owner.Model);
        if (await ReadAsync(owner, StateQuery, ct) as string != HashOf(tables))
        {
            foreach (var batch in Script(tables))
            {
                await ExecuteAsync(owner, batch, ct);
            }
        }

        if (ApplicationLogin() is { } login)
        {
            foreach (var batch in Grants(login.UserID, login.Password, TableRights.Of(owner.Model)))
            {
                await ExecuteAsync(owner, batch, ct);
            }
        }

        await transaction.CommitAsync(ct);
    }

    public async Task<string?> FindFaultAsync(PortalDbContext application, CancellationToken ct) =>
        await ReadAsync(application, StateQuery, ct) as string != HashOf(TenantTable.Of(application.Model))
            ? "The database has no row-level security for this build's tables. Start the portal once with Database:MigrateAtStart and an owner's connection in Database:OwnerConnectionString."
            : await ReadAsync(application, "SELECT CONVERT(int, CASE WHEN IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_ROLEMEMBER('db_owner') = 1 OR IS_ROLEMEMBER('db_ddladmin') = 1 THEN 1 ELSE 0 END)", ct) is 1
                ? "The application's database login may switch row-level security off: it is sysadmin, db_owner or db_ddladmin. Move this connection to "
                  + "Database:OwnerConnectionString and name a login of the application's own in Database:ConnectionString; the portal makes its user and rights at the next start."
                : null;

    /// <summary>Batch by batch; functions and policies must each stand first in one.</summary>
    internal static IReadOnlyList<string> Script(IReadOnlyList<TenantTable> tables) =>
    [
        $"IF SCHEMA_ID(N'{Schema}') IS NULL EXEC(N'CREATE SCHEMA [{Schema}]');",
        Drop,
        .. Definition(tables),
        $"""
        IF EXISTS (SELECT 1 FROM sys.extended_properties WHERE class = 3 AND major_id = SCHEMA_ID(N'{Schema}') AND name = N'hash')
            EXEC sys.sp_dropextendedproperty @name = N'hash', @level0type = N'SCHEMA', @level0name = N'{Schema}';
        EXEC sys.sp_addextendedproperty @name = N'hash', @value = N'{HashOf(tables)}', @level0type = N'SCHEMA', @level0name = N'{Schema}';
        """,
    ];

    /// <summary>A login and a user where there are none, the rows of this schema, and a schema of its own for Hangfire.</summary>
    internal static IReadOnlyList<string> Grants(string login, string password, IReadOnlyList<TableRights> rights)
    {
        var (name, text) = (Quoted(login), Text(login));
        return
        [
            $"IF SUSER_ID({text}) IS NULL CREATE LOGIN {name} WITH PASSWORD = {Text(password)};",
            $"IF DATABASE_PRINCIPAL_ID({text}) IS NULL CREATE USER {name} FOR LOGIN {name};",
            $"GRANT SELECT, INSERT, UPDATE, DELETE ON SCHEMA::[dbo] TO {name}; GRANT CREATE TABLE TO {name}; GRANT VIEW DEFINITION ON SCHEMA::[{Schema}] TO {name};",
            $"IF SCHEMA_ID(N'{JobsSchema}') IS NULL EXEC(N'CREATE SCHEMA [{JobsSchema}]'); ALTER AUTHORIZATION ON SCHEMA::[{JobsSchema}] TO {name};",
            // What is denied on a table outweighs what is granted on its schema.
            .. rights.Where(r => r.Refused.Count > 0).Select(r => $"DENY {string.Join(", ", r.Refused)} ON [dbo].{Quoted(r.Table)} TO {name};"),
        ];
    }

    private static IReadOnlyList<string> Definition(IReadOnlyList<TenantTable> tables)
    {
        var predicates = tables.SelectMany(table => new[]
        {
            $"    ADD FILTER PREDICATE [{Schema}].[may_see]({Quoted(table.TenantColumn)}) ON [dbo].{Quoted(table.Name)}",
            $"    ADD BLOCK PREDICATE [{Schema}].[may_write]({Quoted(table.TenantColumn)}) ON [dbo].{Quoted(table.Name)}",
        });
        return
        [
            Function("may_write", s_own),
            Function("may_see", $"{s_own} OR CONVERT(nvarchar(3), SESSION_CONTEXT(N'{SqlServerTenantConnection.Platform}')) = N'on'"),
            $"CREATE SECURITY POLICY [{Schema}].[tenants]\n{string.Join(",\n", predicates)}\n    WITH (STATE = ON, SCHEMABINDING = ON);",
        ];
    }

    private static string Function(string name, string condition) =>
        $"CREATE FUNCTION [{Schema}].[{name}](@tenant nvarchar({PublicId.MaxLength})) RETURNS TABLE WITH SCHEMABINDING\nAS RETURN SELECT 1 AS [is_so] WHERE {condition};";

    private static string HashOf(IReadOnlyList<TenantTable> tables) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Definition(tables)))))[..16];

    private SqlConnectionStringBuilder? ApplicationLogin()
    {
        var application = new SqlConnectionStringBuilder(options.ConnectionString);
        return options.OwnerConnectionString is "" || application.UserID is "" || application.UserID == new SqlConnectionStringBuilder(options.OwnerConnectionString).UserID
            ? null : application;
    }

    private static string Quoted(string name) => $"[{name.Replace("]", "]]", StringComparison.Ordinal)}]";

    private static string Text(string value) => $"N'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static Task ExecuteAsync(PortalDbContext db, string sql, CancellationToken ct) => ReadAsync(db, sql, ct);

    private static async Task<object?> ReadAsync(PortalDbContext db, string sql, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
#pragma warning disable RS0030, CA2100 // This file is the door: the statements are made here, of names in the model and of the settings.
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
#pragma warning restore RS0030, CA2100
            command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
            return await command.ExecuteScalarAsync(ct);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
