using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;
using Portal.Persistence.Postgres;
using Portal.Persistence.Sqlite;
using Portal.Persistence.SqlServer;
using Portal.Storage;

namespace Portal.Persistence;

public static class PersistenceFeature
{
    public static void AddPersistence(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<DatabaseOptions>().BindConfiguration("Database").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<AuditOptions>().BindConfiguration("Audit").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton(TimeProvider.System);
        services.AddScoped<TenantScope>();
        services.AddSingleton<SaveWatcher>().AddSingleton<WriteTurns>();

        switch (builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite))
        {
            case DatabaseProvider.Postgres:
                Add<PostgresPortalDbContext>(services, (db, connection, o) => db.UseNpgsql(connection, s => s.CommandTimeout(o.CommandTimeoutSeconds)), PostgresTenantConnection.Instance, PostgresText.Instance);
                services.AddSingleton<IRowSecurity>(p => new PostgresRowSecurity(p.GetRequiredService<IOptions<DatabaseOptions>>().Value));
                break;
            case DatabaseProvider.SqlServer:
                Add<SqlServerPortalDbContext>(services, (db, connection, o) => db.UseSqlServer(connection, s => s.CommandTimeout(o.CommandTimeoutSeconds)), SqlServerTenantConnection.Instance);
                services.AddSingleton<IRowSecurity>(p => new SqlServerRowSecurity(p.GetRequiredService<IOptions<DatabaseOptions>>().Value));
                break;
            default:
                services.AddOptions<DatabaseOptions>().PostConfigure<IOptions<StorageOptions>>((database, storage) =>
                    database.ConnectionString = database.ConnectionString is "" ? SqliteFile(database, storage.Value) : database.ConnectionString);
                Add<SqlitePortalDbContext>(services, (db, connection, _) => db.UseSqlite(connection), SqlitePatience.Instance);
                break;
        }
    }

    /// <summary>Brings the database to this build's schema, making it where there is none, and sees that it keeps tenants apart.</summary>
    public static async Task MigrateDatabaseAsync(this WebApplication app)
    {
        await using var services = app.Services.CreateAsyncScope();
        await services.ServiceProvider.GetRequiredService<DatabaseMigration>().RunAsync(app.Lifetime.ApplicationStopping);
    }

    private static void Add<T>(IServiceCollection services, Action<DbContextOptionsBuilder, string, DatabaseOptions> use, params IInterceptor[] interceptors)
        where T : PortalDbContext
    {
        // The options are made once: by themselves they would be made for each call and circuit.
        services.AddDbContext<T>(
            (provider, options) =>
            {
                var database = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
                use(options, database.ConnectionString, database);
                options.AddInterceptors(interceptors).AddInterceptors(provider.GetRequiredService<SaveWatcher>());
            },
            ServiceLifetime.Scoped, ServiceLifetime.Singleton);
        services.AddDbContextFactory<T>(lifetime: ServiceLifetime.Scoped);
        services.AddScoped<IDbContextFactory<PortalDbContext>, PortalDbContextFactory<T>>();
        // For the data-protection key ring alone, which asks for a context of its own.
        services.AddScoped<PortalDbContext>(provider => provider.GetRequiredService<IDbContextFactory<T>>().CreateDbContext());
        services.AddScoped<DatabaseMigration>().AddScoped<OwnerContext>(provider => () => Owner<T>(provider, use));
        services.AddScoped<AuditRetention>().AddScoped<TenantRows>().AddScoped<Residue>().AddScoped<OwnerTenantContext>(provider => () => Owner<T>(provider, use, interceptors));
    }

    private static T Owner<T>(IServiceProvider provider, Action<DbContextOptionsBuilder, string, DatabaseOptions> use, params IInterceptor[] interceptors)
        where T : PortalDbContext
    {
        var database = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var options = new DbContextOptionsBuilder<T>();
        use(options, database.OwnerConnectionString is "" ? database.ConnectionString : database.OwnerConnectionString, database);
        return ActivatorUtilities.CreateInstance<T>(provider, options.AddInterceptors(interceptors).Options);
    }

    private static string SqliteFile(DatabaseOptions database, StorageOptions storage) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(Directory.CreateDirectory(storage.Folder).FullName, "portal.db"),
        // A write transaction begins immediately and waits this long for its turn.
        DefaultTimeout = database.CommandTimeoutSeconds,
    }.ToString();
}

/// <summary>
/// Scoped, so that the tenant scope of the circuit, request or worker reaches the context. The one way to the database, and so
/// the place where a right that has ended in the meantime is noticed before anything is read or written.
/// </summary>
internal sealed class PortalDbContextFactory<T>(IDbContextFactory<T> factory, TenantScope scope) : IDbContextFactory<PortalDbContext>
    where T : PortalDbContext
{
    public PortalDbContext CreateDbContext() => factory.CreateDbContext();

    public async Task<PortalDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
    {
        await scope.RecheckAsync(cancellationToken);
        return factory.CreateDbContext();
    }
}
