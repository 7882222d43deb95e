using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;

namespace Portal.Benchmarks;

/// <summary>A labelled file from its upload to a frozen, split version, with the product's own services on SQLite.</summary>
internal abstract class ImportBenchmark(int rows, string fileName) : PortalBenchmark
{
    public override string Unit => "rows";

    public override string Against => "File.ReadLines and a hash of each line";

    private string Source => Path.Combine(Folder, fileName);

    public override async Task PrepareAsync()
    {
        await WriteAsync(Source, SampleMessages.Draw(rows));
        await base.PrepareAsync();
    }

    public override async Task<long> WorkAsync()
    {
        await using var services = Scope();
        var project = await services.ServiceProvider.GetRequiredService<ProjectService>().CreateAsync("Benchmark", CancellationToken.None);
        await using var file = File.OpenRead(Source);
        var version = await services.ServiceProvider.GetRequiredService<DatasetService>().ImportTextAsync(project.Id, fileName, file, CancellationToken.None);
        return version.State is VersionState.Frozen && version.Count > rows / 2 ? rows : throw new InvalidOperationException($"Version {version.Id} is {version.State} with {version.Count} rows.");
    }

    public override Task<long> PlainAsync()
    {
        var (read, last) = (0, Array.Empty<byte>());
        foreach (var line in File.ReadLines(Source))
        {
            last = SHA256.HashData(Encoding.UTF8.GetBytes(line));
            read++;
        }

        GC.KeepAlive(last);
        return Task.FromResult<long>(read);
    }

    protected abstract Task WriteAsync(string path, IReadOnlyList<(string Text, string Label)> messages);
}

/// <summary>As many rows as a team begins with.</summary>
internal sealed class ImportTableBenchmark() : ImportBenchmark(10_003, "messages.csv")
{
    public override string Name => "import";

    protected override Task WriteAsync(string path, IReadOnlyList<(string Text, string Label)> messages) => SampleMessages.WriteCsvAsync(path, messages);
}

/// <summary>So many that the rows count and the beginnings do not.</summary>
internal sealed class ImportManyBenchmark() : ImportBenchmark(100_000, "messages.jsonl")
{
    public override string Name => "import-many";

    protected override Task WriteAsync(string path, IReadOnlyList<(string Text, string Label)> messages) =>
        File.WriteAllLinesAsync(path, messages.Select(m => JsonSerializer.Serialize(new { prompt = m.Text, completion = m.Label })));
}
