using Hangfire;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.SqlServer;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Hosting;

/// <summary>
/// Hangfire is only the timer that wakes short, idempotent steps; what is to be done stands in the database,
/// and the sweep finds what a lost or doubled wake-up left.
/// </summary>
public static class BackgroundWork
{
    public static void AddBackgroundWork(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<IJobFilterProvider, ClosedTenants>().AddSingleton<TenantJobs>().AddSingleton<StuckJobs>();
        services.AddHangfire((provider, hangfire) =>
        {
            hangfire.UseLogProvider(new HangfireLog(provider.GetRequiredService<ILoggerFactory>()));
            hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            UseStorage(hangfire, provider.GetRequiredService<IOptions<DatabaseOptions>>().Value);
        });
        services.AddHangfireServer(options =>
        {
            options.WorkerCount = Math.Clamp(Environment.ProcessorCount * 2, 4, 20);
            options.SchedulePollingInterval = TimeSpan.FromSeconds(1);
            options.HeartbeatInterval = TimeSpan.FromSeconds(5);
            options.ServerCheckInterval = TimeSpan.FromSeconds(5);
            options.ServerTimeout = TimeSpan.FromSeconds(20);
            options.CancellationCheckInterval = TimeSpan.FromSeconds(1);
        });
        services.AddHostedService<Sweep>().AddHostedService<AuditKeeping>();
        GlobalJobFilters.Filters.Remove<WorkerTelemetry>();
        GlobalJobFilters.Filters.Add(new WorkerTelemetry());
        GlobalJobFilters.Filters.Remove<AutomaticRetryAttribute>();
        GlobalJobFilters.Filters.Add(new AutomaticRetryAttribute { Attempts = 5, DelaysInSeconds = [1, 5, 15, 60, 300] });
    }

    public static void MapBackgroundWork(this WebApplication app) =>
        app.MapHangfireDashboard(PortalUrls.AdminJobs, new DashboardOptions
        {
            Authorization = [new PolicyHasDecided()],
            AppPath = PortalUrls.Admin,
            DashboardTitle = "Background work",
            DisplayStorageConnectionString = false,
        }).RequireAuthorization(TenancyFeature.PlatformAdminPolicy);

    private static void UseStorage(IGlobalConfiguration hangfire, DatabaseOptions database)
    {
        switch (database.Provider)
        {
            case DatabaseProvider.Postgres:
                // Without a sliding time-out a step longer than it runs twice at once.
                hangfire.UsePostgreSqlStorage(postgres => postgres.UseNpgsqlConnection(database.ConnectionString), new PostgreSqlStorageOptions
                {
                    UseSlidingInvisibilityTimeout = true,
                    InvisibilityTimeout = TimeSpan.FromSeconds(60),
                    QueuePollInterval = TimeSpan.FromSeconds(1),
                });
                break;
            case DatabaseProvider.SqlServer:
                hangfire.UseSqlServerStorage(database.ConnectionString, new SqlServerStorageOptions
                {
                    SlidingInvisibilityTimeout = TimeSpan.FromSeconds(60),
                    QueuePollInterval = TimeSpan.FromSeconds(1),
                });
                break;
            default:
                hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromHours(1) });
                break;
        }
    }

    // The endpoint's policy has already turned everybody else away, remote admins included.
    private sealed class PolicyHasDecided : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) => true;
    }
}
