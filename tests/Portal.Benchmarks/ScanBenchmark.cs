using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Benchmarks;

/// <summary>
/// What an import does with 400,000 short rows but for writing them: parse, check, fingerprint and near-duplicate search, against a bare loop that only parses each row as JSON and
/// takes one SHA-256: Python's where python3 is installed, otherwise the same loop in C#. At most 0.5 is wanted on two cores.
/// </summary>
internal abstract class ScanBenchmark : Benchmark
{
    private const int Rows = 400_000;

    private static readonly bool s_hasPython = HasPython();

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"portal-scan-{Guid.NewGuid():N}.jsonl");

    private SourceLayout _layout = new(SourceFormat.JsonLines, TextEncoding.Utf8, ',', HasHeader: true);
    private ColumnMapping _mapping = ColumnMapping.Of("prompt", "completion");

    public override string Unit => "rows";

    public override string Against => s_hasPython ? "python3 json.loads and sha256" : "JsonDocument and SHA256";

    public override async Task PrepareAsync()
    {
        var random = new Random(1);
        var messages = SampleMessages.Draw(2 * Rows);
        await using var file = new StreamWriter(_path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        for (var i = 0; i < Rows; i++)
        {
            // Two messages make a row of some 280 bytes.
            await file.WriteLineAsync(Line($"{messages[2 * i].Text} {messages[(2 * i) + 1].Text}", messages[2 * i].Label, random));
        }

        await file.FlushAsync();
        (_layout, _mapping) = Understood();
    }

    /// <summary>As an import reads its file, from the first row to the findings: everything but the database.</summary>
    public override async Task<long> WorkAsync()
    {
        var (options, taken) = (new DataOptions(), 0);
        await using var file = File.OpenRead(_path);
        using var records = RecordReader.Open(file, _layout, options, _mapping.Columns);
        var checks = new RowChecks("imp_bench", new VendorLimits(new ProjectLimits([], false)));
        await using (var rows = new RowPipeline(records, _mapping, checks, file, options, CancellationToken.None))
        {
            await new ReadAhead(rows, checks, MediaOf(file, options), options, TimeProvider.System).EachAsync(Keep, CancellationToken.None);
        }

        var found = checks.Conclude([]);
        return taken is Rows && checks.Accepted is Rows && found.Count > 0 ? Rows : throw new InvalidOperationException("The scan missed rows.");

        Task Keep(ReadBatch batch)
        {
            taken += batch.Rows.Count;
            return Task.CompletedTask;
        }
    }

    public override async Task<long> PlainAsync()
    {
        if (s_hasPython)
        {
            const string Loop = "import json,hashlib,sys\nfor l in open(sys.argv[1],'rb'):\n    json.loads(l); hashlib.sha256(l).digest()";
            using var python = Process.Start(new ProcessStartInfo("python3") { ArgumentList = { "-c", Loop, _path } }) ?? throw new InvalidOperationException("python3 did not start.");
            await python.WaitForExitAsync();
            return Rows;
        }

        foreach (var line in File.ReadLines(_path))
        {
            var bytes = Encoding.UTF8.GetBytes(line);
            using var document = JsonDocument.Parse(bytes);
            SHA256.HashData(bytes);
        }

        return Rows;
    }

    public override ValueTask DisposeAsync()
    {
        File.Delete(_path);
        return base.DisposeAsync();
    }

    protected abstract string Line(string text, string label, Random random);

    /// <summary>What an upload finds out about a file before anybody imports it.</summary>
    private (SourceLayout Layout, ColumnMapping Mapping) Understood()
    {
        var options = new DataOptions();
        using var file = File.OpenRead(_path);
        var layout = SourceInspector.Inspect(file, options);
        using var records = RecordReader.Open(file, layout, options);
        List<IReadOnlyList<string?>> rows = [];
        while (rows.Count < DatasetService.PreviewRows && records.Read())
        {
            rows.Add([.. records.Values]);
        }

        return (layout, MappingGuess.Of(records.Columns, rows));
    }

    /// <summary>The files of a table that came alone: none.</summary>
    private static MediaImport MediaOf(Stream file, DataOptions options)
    {
        var import = new DatasetImport { ProjectId = "prj_bench", FileName = "rows.jsonl", BlobName = "rows", Length = file.Length, Sha256 = "", UploadedAt = DateTime.UnixEpoch };
        var (blobs, shelf) = (new BlobStore(Options.Create(new StorageOptions()), new TenantScope()), new MediaShelf([], "", isArchive: false));
        var files = new MediaFiles(shelf, () => file, _ => throw new InvalidOperationException("There are no files."));
        return new MediaImport(import, shelf, new MediaKeeper(blobs, import, files, [], new MediaRoom(0, long.MaxValue), options, DateTime.UnixEpoch));
    }

    private static bool HasPython()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3") { ArgumentList = { "--version" }, RedirectStandardOutput = true });
            return python is not null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

internal sealed class ScanKeysBenchmark : ScanBenchmark
{
    public override string Name => "scan-keys";

    protected override string Line(string text, string label, Random random) => JsonSerializer.Serialize(new { prompt = text, completion = label });
}

internal sealed class ScanTurnsBenchmark : ScanBenchmark
{
    public override string Name => "scan-turns";

    protected override string Line(string text, string label, Random random) => JsonSerializer.Serialize(
        new { contents = new object[] { new { role = "user", parts = new[] { new { text } } }, new { role = "model", parts = new[] { new { text = label } } } } });
}

/// <summary>A date, a code and now and then an address in every row: what the search for personal data has to look at.</summary>
internal sealed class ScanNumbersBenchmark : ScanBenchmark
{
    public override string Name => "scan-numbers";

    protected override string Line(string text, string label, Random random) => JsonSerializer.Serialize(new
    {
        prompt = string.Create(CultureInfo.InvariantCulture, $"{text} on 2024-0{1 + random.Next(9)}-1{random.Next(9)}, case {random.Next(10_000_000, 99_999_999)}{(random.Next(50) is 0 ? ", anna@example.com" : "")}"),
        completion = label,
    });
}
