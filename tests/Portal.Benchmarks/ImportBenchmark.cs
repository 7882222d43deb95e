using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;

namespace Portal.Benchmarks;

/// <summary>A labelled file from its upload to a frozen, split version, with the product's own services on SQLite.</summary>
internal sealed class ImportBenchmark : PortalBenchmark
{
    private const int Rows = 10_003;

    public override string Name => "import";

    public override string Unit => "rows";

    public override string Against => "File.ReadLines and a hash of each line";

    private string Csv => Path.Combine(Folder, "messages.csv");

    public override async Task PrepareAsync()
    {
        await SampleMessages.WriteCsvAsync(Csv, SampleMessages.Draw(Rows));
        await base.PrepareAsync();
    }

    public override async Task<long> WorkAsync()
    {
        await using var services = Scope();
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
}
