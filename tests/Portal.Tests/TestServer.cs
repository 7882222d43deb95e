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

    private sealed class PostgresServer : TestServer
    {
        private static readonly Lazy<string> s_template = new(() =>
        {
            var name = NewName();
            using (var db = Open(OptionsFor(name).OwnerConnectionString, new TenantScope(), TimeProvider.System))
            {
                db.Database.EnsureCreated();
                new PostgresRowSecurity(OptionsFor(name)).ApplyAsync(db, CancellationToken.None).GetAwaiter().GetResult();
            }

            return name;
        });

        private readonly string _name = NewName();

        public PostgresServer() => Execute($"CREATE DATABASE {_name} TEMPLATE {s_template.Value}");

        public override DatabaseOptions Options => OptionsFor(_name);

        public override PortalDbContext CreateContext(TenantScope scope, TimeProvider time, params IInterceptor[] interceptors) =>
            Open(Options.ConnectionString, scope, time, [PostgresTenantConnection.Instance, .. interceptors]);

        public override PortalDbContext CreateOwnerContext(TenantScope scope, TimeProvider time) => Open(Options.OwnerConnectionString, scope, time);

        public override void Drop()
        {
            // Else the pool keeps connections to a database that is gone.
            using var connection = new NpgsqlConnection(Options.ConnectionString);
            NpgsqlConnection.ClearPool(connection);
            Execute($"DROP DATABASE {_name} WITH (FORCE)");
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

        private static void Execute(string command)
        {
            using var connection = new NpgsqlConnection(Required("PORTAL_TEST_POSTGRES"));
            connection.Open();
            using var sql = connection.CreateCommand();
#pragma warning disable CA2100 // The names are made above, from a GUID.
            sql.CommandText = command;
#pragma warning restore CA2100
            sql.ExecuteNonQuery();
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
