using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Benchmarks;

/// <summary>A labelled file from its upload to a frozen, split version, with the product's own services on SQLite.</summary>
internal sealed class ImportBenchmark : Benchmark
{
    private const int Rows = 10_003;

    private readonly string _folder = Directory.CreateTempSubdirectory("portal-bench-").FullName;
    private WebApplication? _portal;

    public override string Name => "import";

    public override string Unit => "rows";

    public override string Against => "File.ReadLines and a hash of each line";

    private string Csv => Path.Combine(_folder, "messages.csv");

    public override async Task PrepareAsync()
    {
        await SampleMessages.WriteCsvAsync(Csv, SampleMessages.Draw(Rows));
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Storage:Folder"] = _folder });
        builder.Logging.ClearProviders();
        builder.AddStorage();
        builder.AddPersistence();
        builder.AddTenancy();
        builder.AddBilling();
        builder.AddDefine();
        builder.AddData();
        builder.Services.AddSingleton<IBackgroundJobClient, NobodyWakes>().AddSingleton<IDataProtectionProvider, EphemeralDataProtectionProvider>();
        // Never started: neither its server nor its sweeps belong to what is measured.
        _portal = builder.Build();
        await _portal.MigrateDatabaseAsync();
    }

    public override async Task<long> WorkAsync()
    {
        await using var services = _portal!.Services.CreateAsyncScope(); // prepared
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter("org_bench");
        var project = await services.ServiceProvider.GetRequiredService<ProjectService>().CreateAsync("Benchmark", CancellationToken.None);
        await using var file = File.OpenRead(Csv);
        var version = await services.ServiceProvider.GetRequiredService<DatasetService>().ImportTextAsync(project.Id, "messages.csv", file, CancellationToken.None);
        return version.State is VersionState.Frozen && version.Count > Rows / 2 ? Rows : throw new InvalidOperationException($"Version {version.Id} is {version.State} with {version.Count} rows.");
    }

    public override Task<long> PlainAsync()
    {
        var (rows, last) = (0, Array.Empty<byte>());
        foreach (var line in File.ReadLines(Csv))
        {
            last = SHA256.HashData(Encoding.UTF8.GetBytes(line));
            rows++;
        }

        GC.KeepAlive(last);
        return Task.FromResult<long>(rows);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_portal is not null)
        {
            await _portal.DisposeAsync();
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    private sealed class NobodyWakes : IBackgroundJobClient
    {
        public string Create(Job job, IState state) => "";

        public bool ChangeState(string jobId, IState state, string expectedState) => true;
    }
}
