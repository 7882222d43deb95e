using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Model;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Benchmarks;

/// <summary>Work of the product's own services, over a database and a folder of their own.</summary>
internal abstract class PortalBenchmark : Benchmark
{
    private WebApplication? _portal;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("portal-bench-").FullName;

    /// <summary>The connection string of the owner of a PostgreSQL database; without one the database is a SQLite file.</summary>
    protected virtual string? Server => null;

    public override async Task PrepareAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:Folder"] = Folder });
        if (Server is { Length: > 0 } server)
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Database:Provider"] = "Postgres", ["Database:ConnectionString"] = OfRole(server), ["Database:OwnerConnectionString"] = server });
        }

        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.AddPersistence();
        builder.AddTenancy();
        builder.AddBilling();
        builder.AddDefine();
        builder.AddData();
        builder.AddModel();
        Add(builder);
        builder.Services.AddSingleton<IBackgroundJobClient, NobodyWakes>().AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        // Never started: neither its server nor its sweeps belong to what is measured.
        _portal = builder.Build();
        await _portal.MigrateDatabaseAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Folder, recursive: true);
        await base.DisposeAsync();
    }

    /// <summary>As the portal is run: by a role that the database holds to one organisation's rows, which the first start makes.</summary>
    protected static string OfRole(string server) => new NpgsqlConnectionStringBuilder(server) { Username = "portal_bench", Password = "portal_bench" }.ConnectionString;

    /// <summary>The slices that it needs beside those of the journey up to the baselines.</summary>
    protected virtual void Add(WebApplicationBuilder builder)
    {
    }

    /// <summary>Services as the customer has them whose data is worked on.</summary>
    protected AsyncServiceScope Scope(string tenantId = "org_bench")
    {
        var services = _portal!.Services.CreateAsyncScope(); // prepared
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        return services;
    }

    /// <summary>Services outside of any organisation.</summary>
    protected AsyncServiceScope PlatformScope() => _portal!.Services.CreateAsyncScope();

    private sealed class NobodyWakes : IBackgroundJobClient
    {
        public string Create(Job job, IState state) => "";

        public bool ChangeState(string jobId, IState state, string expectedState) => true;
    }
}
