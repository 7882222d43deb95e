using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
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
        services.AddSingleton(TimeProvider.System);
        services.AddScoped<TenantScope>();

        switch (builder.Configuration.GetValue("Database:Provider", DatabaseProvider.Sqlite))
        {
            case DatabaseProvider.Postgres:
                Add<PostgresPortalDbContext>(services, (db, o) => db.UseNpgsql(o.ConnectionString, s => s.CommandTimeout(o.CommandTimeoutSeconds)));
                break;
            case DatabaseProvider.SqlServer:
                Add<SqlServerPortalDbContext>(services, (db, o) => db.UseSqlServer(o.ConnectionString, s => s.CommandTimeout(o.CommandTimeoutSeconds)));
                break;
            default:
                services.AddOptions<DatabaseOptions>().PostConfigure<IOptions<StorageOptions>>((database, storage) =>
                    database.ConnectionString = database.ConnectionString is "" ? SqliteFile(database, storage.Value) : database.ConnectionString);
                Add<SqlitePortalDbContext>(services, (db, o) => db.UseSqlite(o.ConnectionString));
                break;
        }
    }

    /// <summary>Brings the database to this build's schema, making it where there is none.</summary>
    public static async Task MigrateDatabaseAsync(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<DatabaseOptions>>().Value.MigrateAtStart)
        {
            await using var services = app.Services.CreateAsyncScope();
            await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            await db.Database.MigrateAsync();
        }
    }

    private static void Add<T>(IServiceCollection services, Action<DbContextOptionsBuilder, DatabaseOptions> use)
        where T : PortalDbContext
    {
        services.AddDbContextFactory<T>(
            (provider, options) => use(options, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value), ServiceLifetime.Scoped);
        services.AddScoped<IDbContextFactory<PortalDbContext>, PortalDbContextFactory<T>>();
        // For the data-protection key ring alone, which asks for a context of its own.
        services.AddScoped<PortalDbContext>(provider => provider.GetRequiredService<IDbContextFactory<T>>().CreateDbContext());
    }

    private static string SqliteFile(DatabaseOptions database, StorageOptions storage) => new SqliteConnectionStringBuilder
    {
        DataSource = Path.Combine(Directory.CreateDirectory(storage.Folder).FullName, "portal.db"),
        // A write transaction begins immediately and waits this long for its turn.
        DefaultTimeout = database.CommandTimeoutSeconds,
    }.ToString();
}

/// <summary>Scoped, so that the tenant scope of the circuit, request or worker reaches the context.</summary>
internal sealed class PortalDbContextFactory<T>(IDbContextFactory<T> factory) : IDbContextFactory<PortalDbContext>
    where T : PortalDbContext
{
    public PortalDbContext CreateDbContext() => factory.CreateDbContext();
}
