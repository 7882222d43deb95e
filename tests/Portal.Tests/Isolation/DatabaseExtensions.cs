using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Persistence.Postgres;
using Portal.Persistence.Sqlite;
using Portal.Persistence.SqlServer;

namespace Portal.Tests.Isolation;

internal static class DatabaseExtensions
{
    /// <summary>The same for the portal's database, whichever server it is on.</summary>
    public static void ConfigureEveryDatabase(this IServiceCollection services, Action<IServiceProvider, DbContextOptionsBuilder> configure)
    {
        services.ConfigureDbContext<SqlitePortalDbContext>(configure, ServiceLifetime.Singleton);
        services.ConfigureDbContext<PostgresPortalDbContext>(configure, ServiceLifetime.Singleton);
        services.ConfigureDbContext<SqlServerPortalDbContext>(configure, ServiceLifetime.Singleton);
    }
}
