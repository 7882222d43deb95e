using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Portal.Persistence.Postgres;

/// <summary>
/// Two policies on each tenant's table: the tenant's own rows, and all of them to read in platform scope. A policy's comment holds the
/// hash of what made it, so that a start finds what differs without locking what does not.
/// </summary>
internal sealed class PostgresRowSecurity(DatabaseOptions options) : IRowSecurity
{
    /// <summary>Where Hangfire.PostgreSql keeps its own tables; the application makes and owns them.</summary>
    private const string JobsSchema = "hangfire";

    /// <summary>Two nodes that start together take turns. Any number that nothing else in this database locks.</summary>
    private const long Turn = 0x706f7274616c;

    public async Task LiftAsync(PortalDbContext owner, CancellationToken ct)
    {
        foreach (var (table, state) in await StatesAsync(owner, TenantTable.Of(owner.Model), ct))
        {
            if (state.IsForced)
            {
                await ExecuteAsync(owner, $"ALTER TABLE {Quoted(table.Name)} NO FORCE ROW LEVEL SECURITY", ct);
            }
        }
    }

    public async Task ApplyAsync(PortalDbContext owner, CancellationToken ct)
    {
        var tables = TenantTable.Of(owner.Model);
        var application = ApplicationRole();
        await using var transaction = await owner.Database.BeginTransactionAsync(ct);
        await ExecuteAsync(owner, $"SELECT pg_advisory_xact_lock({Turn})", ct);
        foreach (var (table, state) in await StatesAsync(owner, tables, ct))
        {
            var isForced = application is null;
            var hash = HashOf(table);
            if (!state.IsEnabled || state.Policies != $"portal_platform {hash}, portal_tenant {hash}")
            {
                foreach (var policy in state.PolicyNames)
                {
                    await ExecuteAsync(owner, $"DROP POLICY {Quoted(policy)} ON {Quoted(table.Name)}", ct);
                }

                await ExecuteAsync(owner, Script(table), ct);
            }

            if (state.IsForced != isForced)
            {
                await ExecuteAsync(owner, $"ALTER TABLE {Quoted(table.Name)} {(isForced ? "" : "NO ")}FORCE ROW LEVEL SECURITY", ct);
            }
        }

        if (application is { } role)
        {
            await GrantAsync(owner, role, ct);
        }

        await transaction.CommitAsync(ct);
    }

    public async Task<string?> FindFaultAsync(PortalDbContext application, CancellationToken ct)
    {
        var connection = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        if (connection.NoResetOnClose || connection.Multiplexing)
        {
            return "Database:ConnectionString has 'No Reset On Close' or 'Multiplexing', with which one organisation's connection could serve the next. Remove them.";
        }

        var names = TenantTable.Of(application.Model).Select(t => Quoted(t.Name)).ToArray();
        var open = await ReadAsync(
            application,
            """
            SELECT name, current_user::text FROM unnest($1) name
            WHERE NOT coalesce(row_security_active(to_regclass(name)), false)
               OR NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = to_regclass(name) AND polname = 'portal_tenant')
            """,
            row => (Name: row.GetString(0), Role: row.GetString(1)), ct, [names]);
        return open is []
            ? null
            : $"Row-level security does not hold the database role '{open[0].Role}' to one organisation's rows ({open.Count} of {names.Length} tables, "
              + $"{open[0].Name} first): it is a superuser, may bypass it, belongs to the tables' owner, or the tables were migrated without it. Move this "
              + "connection to Database:OwnerConnectionString and name a role of the application's own in Database:ConnectionString; the portal makes "
              + "that role and its rights at the next start.";
    }

    /// <summary>What one table has: the same for every database, so that a test can read it.</summary>
    internal static string Script(TenantTable table)
    {
        var (name, hash) = (Quoted(table.Name), HashOf(table));
        return $"""
            {Policies(table)}
            COMMENT ON POLICY portal_tenant ON {name} IS '{hash}';
            COMMENT ON POLICY portal_platform ON {name} IS '{hash}';
            """;
    }

    // An unset setting reads as null or, once it has been set in the session, as ''; no row has either for its tenant.
    private static string Policies(TenantTable table)
    {
        var own = $"{Quoted(table.TenantColumn)} = nullif(current_setting('{PostgresTenantConnection.Tenant}', true), '')";
        var name = Quoted(table.Name);
        return $"""
            ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;
            CREATE POLICY portal_tenant ON {name} USING ({own}) WITH CHECK ({own});
            CREATE POLICY portal_platform ON {name} FOR SELECT USING (current_setting('{PostgresTenantConnection.Platform}', true) = 'on');
            """;
    }

    private static string HashOf(TenantTable table) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Policies(table))))[..16];

    /// <summary>The application's role where it is not the owner's.</summary>
    private NpgsqlConnectionStringBuilder? ApplicationRole()
    {
        var application = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        return options.OwnerConnectionString is "" || new NpgsqlConnectionStringBuilder(options.OwnerConnectionString).Username == application.Username ? null : application;
    }

    private static async Task GrantAsync(PortalDbContext owner, NpgsqlConnectionStringBuilder application, CancellationToken ct)
    {
        var name = application.Username ?? throw new InvalidOperationException("Database:ConnectionString names no user for the application.");
        var role = Quoted(name);
        if (await ReadAsync(owner, "SELECT 1 FROM pg_roles WHERE rolname = $1", _ => true, ct, name) is [])
        {
            await MakeRoleAsync(owner, role, application.Password ?? "", ct);
        }

        // Everybody may, unless an administrator has taken it away.
        if (await ReadAsync(owner, "SELECT has_schema_privilege($1, current_schema(), 'USAGE')", row => row.GetBoolean(0), ct, name) is [false])
        {
            await ExecuteAsync(owner, $"DO $$ BEGIN EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), {Text(name)}); END $$", ct);
        }

        var rights = TableRights.Of(owner.Model);
        var held = (await ReadAsync(
            owner,
            """
            SELECT name, verb FROM unnest($1) name, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) verb
            WHERE has_table_privilege($2, quote_ident(name), verb)
            """,
            row => (row.GetString(0), row.GetString(1)), ct, rights.Select(r => r.Table).ToArray(), name)).ToHashSet();
        foreach (var right in rights)
        {
            if (right.Granted.Where(verb => !held.Contains((right.Table, verb))).ToList() is { Count: > 0 } missing)
            {
                await ExecuteAsync(owner, $"GRANT {string.Join(", ", missing)} ON {Quoted(right.Table)} TO {role}", ct);
            }

            if (right.Refused.Where(verb => held.Contains((right.Table, verb))).ToList() is { Count: > 0 } excess)
            {
                await ExecuteAsync(owner, $"REVOKE {string.Join(", ", excess)} ON {Quoted(right.Table)} FROM {role}", ct);
            }
        }

        await GrantJobsAsync(owner, name, ct);
    }

    private static async Task MakeRoleAsync(PortalDbContext owner, string role, string password, CancellationToken ct)
    {
        const string savepoint = "make_role";
        await owner.Database.CurrentTransaction!.CreateSavepointAsync(savepoint, ct); // begun by ApplyAsync
        try
        {
            await ExecuteAsync(owner, $"CREATE ROLE {role} LOGIN PASSWORD {Text(password)}", ct);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException(
                $"The owner may not make the application's database role. As an administrator: CREATE ROLE {role} LOGIN PASSWORD '…'; then start the portal again.", fault);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DuplicateObject or PostgresErrorCodes.UniqueViolation)
        {
            // Made meanwhile for another database of this server.
            await owner.Database.CurrentTransaction!.RollbackToSavepointAsync(savepoint, ct);
        }
    }

    private static async Task GrantJobsAsync(PortalDbContext owner, string role, CancellationToken ct)
    {
        if (await ReadAsync(owner, "SELECT has_schema_privilege($2, oid, 'CREATE') FROM pg_namespace WHERE nspname = $1", row => row.GetBoolean(0), ct, JobsSchema, role) is [true])
        {
            return;
        }

        var (schema, name) = (Quoted(JobsSchema), Quoted(role));
        await ExecuteAsync(
            owner,
            $"""
            CREATE SCHEMA IF NOT EXISTS {schema};
            GRANT ALL ON SCHEMA {schema} TO {name};
            GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO {name};
            GRANT ALL ON ALL SEQUENCES IN SCHEMA {schema} TO {name};
            """,
            ct);
    }

    private static async Task<IReadOnlyList<(TenantTable Table, State State)>> StatesAsync(PortalDbContext owner, IReadOnlyList<TenantTable> tables, CancellationToken ct)
    {
        var states = await ReadAsync(
            owner,
            """
            SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                   ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid ORDER BY p.polname),
                   coalesce((SELECT string_agg(p.polname || ' ' || coalesce(obj_description(p.oid, 'pg_policy'), ''), ', ' ORDER BY p.polname)
                             FROM pg_policy p WHERE p.polrelid = c.oid), '')
            FROM pg_class c WHERE c.oid = ANY (SELECT to_regclass(quote_ident(name)) FROM unnest($1) name)
            """,
            row => new State(row.GetString(0), row.GetBoolean(1), row.GetBoolean(2), row.GetFieldValue<string[]>(3), row.GetString(4)),
            ct, [tables.Select(t => t.Name).ToArray()]);
        return [.. tables.Join(states, t => t.Name, s => s.Name, (table, state) => (table, state))];
    }

    private sealed record State(string Name, bool IsEnabled, bool IsForced, string[] PolicyNames, string Policies);

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    private static async Task ExecuteAsync(PortalDbContext db, string sql, CancellationToken ct) => await ReadAsync(db, sql, _ => true, ct);

    private static async Task<List<T>> ReadAsync<T>(PortalDbContext db, string sql, Func<NpgsqlDataReader, T> read, CancellationToken ct, params object[] values)
    {
        await db.Database.OpenConnectionAsync(ct);
        try
        {
#pragma warning disable RS0030, CA2100 // This file is the door: the statements are made here, of names in the model and of the settings.
            await using var command = (NpgsqlCommand)db.Database.GetDbConnection().CreateCommand();
            command.CommandText = sql;
#pragma warning restore RS0030, CA2100
            command.Parameters.AddRange(values.Select(value => new NpgsqlParameter { Value = value }).ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            List<T> rows = [];
            while (await reader.ReadAsync(ct))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}
