using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using Portal.Persistence;
using Portal.Persistence.Postgres;
using Portal.Persistence.Sqlite;
using Portal.Persistence.SqlServer;

namespace Portal.Tests;

/// <summary>
/// The database the suite runs on, by PORTAL_TEST_PROVIDER: Sqlite (a file), Postgres or SqlServer (a server named by
/// PORTAL_TEST_POSTGRES or PORTAL_TEST_SQLSERVER, as somebody who may make databases and roles). The schema is made once and copied.
/// </summary>
public abstract class TestServer
{
    public static DatabaseProvider Provider { get; } =
        Enum.TryParse<DatabaseProvider>(Environment.GetEnvironmentVariable("PORTAL_TEST_PROVIDER"), out var provider) ? provider : DatabaseProvider.Sqlite;

    public static TestServer Create(string folder) => Provider switch
    {
        DatabaseProvider.Postgres => new PostgresServer(),
        DatabaseProvider.SqlServer => new SqlServerServer(),
        _ => new SqliteFile(folder),
    };

    /// <summary>The two connections the portal would be given: on PostgreSQL the application's role is neither owner nor superuser, as in production.</summary>
    public abstract DatabaseOptions Options { get; }

    public abstract PortalDbContext CreateContext(TenantScope scope, TimeProvider time, params IInterceptor[] interceptors);

    /// <summary>As the role that owns the tables, on whose connection no tenant is told.</summary>
    public abstract PortalDbContext CreateOwnerContext(TenantScope scope, TimeProvider time);

    public abstract void Drop();

    private static string Required(string variable) => Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"Set {variable} to a server's connection string, or run ./dev.sh test.");

    private static string NewName() => $"portal_test_{Guid.NewGuid():N}";

    private sealed class SqliteFile : TestServer
    {
        private static readonly Lazy<string> s_template = new(() =>
        {
            var path = Path.Combine(Directory.CreateTempSubdirectory("portal-template-").FullName, "portal.db");
            using (var db = Open($"Data Source={path};Pooling=False", new TenantScope(), TimeProvider.System))
            {
                db.Database.EnsureCreated();
            }

            return path;
        });

        private readonly string _connection;

        public SqliteFile(string folder)
        {
            var path = Path.Combine(folder, "portal.db");
            File.Copy(s_template.Value, path);
            _connection = $"Data Source={path}";
        }

        public override DatabaseOptions Options => new() { ConnectionString = _connection };

        public override PortalDbContext CreateContext(TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) => Open(_connection, scope, time, interceptors);

        public override PortalDbContext CreateOwnerContext(TenantScope scope, TimeProvider time) => Open(_connection, scope, time);

        public override void Drop()
        {
            using var connection = new SqliteConnection(_connection);
            SqliteConnection.ClearPool(connection);
        }

        private static SqlitePortalDbContext Open(string connection, TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) =>
            new(new DbContextOptionsBuilder<SqlitePortalDbContext>().UseSqlite(connection).AddInterceptors(interceptors).Options, scope, time);
    }

    /// <summary>
    /// Making a database takes longer than most tests. One that a test is through with is emptied and, under another name, given to
    /// the next: whatever still runs of the test before finds nobody under the old one. Where a test changed the schema, it is dropped.
    /// </summary>
    private sealed class PostgresServer : TestServer
    {
        private const int MostUses = 40;

        /// <summary>Everything about the schema that a test may change: tables, who may do what with them, policies, triggers, sequences.</summary>
        private const string Fingerprint = """
            SELECT md5(string_agg(line, E'\n' ORDER BY line)) FROM (
                SELECT concat_ws('|', n.nspname, c.relname, c.relkind, c.relowner, c.relacl, c.relrowsecurity, c.relforcerowsecurity) AS line
                    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
                UNION ALL SELECT concat_ws('|', polname, polrelid::regclass, polcmd, polroles, pg_get_expr(polqual, polrelid)) FROM pg_policy
                UNION ALL SELECT concat_ws('|', tgname, tgrelid::regclass, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
                UNION ALL SELECT concat_ws('|', nspname, nspowner, nspacl) FROM pg_namespace WHERE nspname NOT LIKE 'pg\_%'
                UNION ALL SELECT concat_ws('|', proname, md5(prosrc), proacl) FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS schema
            """;

        private static readonly ConcurrentBag<(string Name, int Uses)> s_free = [];

        private static readonly Lazy<(string Name, string Fingerprint, string Empty)> s_template = new(() =>
        {
            var name = NewName();
            using (var db = Open(OptionsFor(name).OwnerConnectionString, new TenantScope(), TimeProvider.System))
            {
                db.Database.EnsureCreated();
                new PostgresRowSecurity(OptionsFor(name)).ApplyAsync(db, CancellationToken.None).GetAwaiter().GetResult();
            }

            const string Deletes = "SELECT string_agg(format('DELETE FROM %I', tablename), ';') FROM pg_tables WHERE schemaname = 'public'";
            return (name, Ask(name, Fingerprint), $"SET session_replication_role = replica; {Ask(name, Deletes)}");
        });

        private readonly string _name;
        private readonly int _uses;

        public PostgresServer()
        {
            if (s_free.TryTake(out var free))
            {
                (_name, _uses) = (free.Name, free.Uses + 1);
                return;
            }

            _name = NewName();
            Execute($"CREATE DATABASE {_name} TEMPLATE {s_template.Value.Name}");
        }

        public override DatabaseOptions Options => OptionsFor(_name);

        public override PortalDbContext CreateContext(TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) =>
            Open(Options.ConnectionString, scope, time, [PostgresTenantConnection.Instance, PostgresText.Instance, .. interceptors]);

        public override PortalDbContext CreateOwnerContext(TenantScope scope, TimeProvider time) => Open(Options.OwnerConnectionString, scope, time);

        public override void Drop()
        {
            // Else the pool keeps connections to a database that is gone.
            using var connection = new NpgsqlConnection(Options.ConnectionString);
            NpgsqlConnection.ClearPool(connection);
            var next = NewName();
            if (_uses >= MostUses || Ask(_name, Fingerprint) != s_template.Value.Fingerprint || !IsRenamedTo(next))
            {
                Execute($"DROP DATABASE {_name} WITH (FORCE)");
                return;
            }

            Ask(next, s_template.Value.Empty);
            s_free.Add((next, _uses));
        }

        /// <summary>False where somebody connected again in between: such a database is not to be relied on.</summary>
        private bool IsRenamedTo(string name)
        {
            try
            {
                Execute($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{_name}'");
                Execute($"ALTER DATABASE {_name} RENAME TO {name}");
                return true;
            }
            catch (PostgresException)
            {
                return false;
            }
        }

        // The application's connections are pooled as in production; the owner's would keep the template from being copied.
        private static DatabaseOptions OptionsFor(string database)
        {
            var owner = new NpgsqlConnectionStringBuilder(Required("PORTAL_TEST_POSTGRES")) { Database = database, Pooling = false };
            var application = new NpgsqlConnectionStringBuilder(owner.ToString()) 
            {
                Username = "portal_test_app", Password = "portal_test_app", Pooling = true, MaxPoolSize = 200, ConnectionIdleLifetime = 10, ConnectionPruningInterval = 5,
            };
            return new DatabaseOptions { Provider = DatabaseProvider.Postgres, ConnectionString = application.ToString(), OwnerConnectionString = owner.ToString() };
        }

        private static PostgresPortalDbContext Open(string connection, TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) =>
            new(new DbContextOptionsBuilder<PostgresPortalDbContext>().UseNpgsql(connection).AddInterceptors(interceptors).Options, scope, time);

        private static void Execute(string command) => Ask(null, command);

        private static string Ask(string? database, string command)
        {
            using var connection = new NpgsqlConnection(database is null ? Required("PORTAL_TEST_POSTGRES") : OptionsFor(database).OwnerConnectionString);
            connection.Open();
            using var sql = connection.CreateCommand();
#pragma warning disable CA2100 // The names are made above, from a GUID.
            sql.CommandText = command;
#pragma warning restore CA2100
            return sql.ExecuteScalar() as string ?? "";
        }
    }

    private sealed class SqlServerServer : TestServer
    {
        private readonly string _connection = $"{Required("PORTAL_TEST_SQLSERVER")};Database={NewName()}";

        public SqlServerServer()
        {
            using var db = CreateOwnerContext(new TenantScope(), TimeProvider.System);
            db.Database.EnsureCreated();
            new SqlServerRowSecurity(Options).ApplyAsync(db, CancellationToken.None).GetAwaiter().GetResult();
        }

        public override DatabaseOptions Options => new() { Provider = DatabaseProvider.SqlServer, ConnectionString = _connection };

        public override PortalDbContext CreateContext(TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) =>
            Open(scope, time, [SqlServerTenantConnection.Instance, .. interceptors]);

        public override PortalDbContext CreateOwnerContext(TenantScope scope, TimeProvider time) => Open(scope, time, []);

        public override void Drop()
        {
            using var db = CreateOwnerContext(new TenantScope(), TimeProvider.System);
            db.Database.EnsureDeleted();
        }

        private SqlServerPortalDbContext Open(TenantScope scope, TimeProvider time, IInterceptor[] interceptors) => new(
            new DbContextOptionsBuilder<SqlServerPortalDbContext>().UseSqlServer(_connection).AddInterceptors(interceptors).Options, scope, time);
    }
}
