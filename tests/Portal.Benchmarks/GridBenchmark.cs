using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Features.Data;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Benchmarks;

/// <summary>
/// Pages of the grid over 400,000 rows, a tenth of them sealed: the first and the last, each filter, a rare and a missing word, sorted by label.
/// On SQLite, or on the PostgreSQL server whose connection string is PORTAL_BENCH_POSTGRES.
/// </summary>
internal class GridBenchmark : PortalBenchmark
{
    private const int Rows = 400_000;
    private const int Batch = 5_000;
    private const int Pictures = 20_000;

    private static readonly (string Name, RowQuery Query)[] s_queries =
    [
        ("first page", new RowQuery()),
        ("middle page", new RowQuery(After: Rows / 2)),
        ("last page", new RowQuery(Before: Rows + 1)),
        ("last rows first", new RowQuery(Sort: RowSort.NumberDown)),
        ("common label", new RowQuery(Label: "label 5")),
        ("rare label", new RowQuery(Label: "rare")),
        ("no such label", new RowQuery(Label: "none")),
        ("rare slice", new RowQuery(Slice: "rare")),
        ("no such slice", new RowQuery(Slice: "none")),
        ("label and slice", new RowQuery(Label: "label 5", Slice: "slice 3")),
        ("quarantined", new RowQuery(Status: RowStatus.Quarantined)),
        ("validation", new RowQuery(Split: Split.Validation)),
        ("by label", new RowQuery(Sort: RowSort.Label)),
        ("by label, deep", new RowQuery(Sort: RowSort.Label, After: Rows / 2)),
        ("common word", new RowQuery("card")),
        ("rare word", new RowQuery("needle")),
        ("no such word", new RowQuery("zzqqxx")),
    ];

    private readonly Dictionary<string, List<double>> _times = [];
    private string _projectId = "";
    private string _importId = "";

    public override string Name => "grid";

    public override string Unit => "pages";

    /// <summary>Whether rows name pictures, which a page has to find.</summary>
    protected virtual bool HasPictures => false;

    public override string Against => "reading 25 rows by their key";

    protected override string? Server => Environment.GetEnvironmentVariable("PORTAL_BENCH_POSTGRES");

    public override async Task PrepareAsync()
    {
        await base.PrepareAsync();
        await using var services = Scope();
        _projectId = (await services.ServiceProvider.GetRequiredService<ProjectService>().CreateAsync("Grid", CancellationToken.None)).Id;
        await FillAsync(services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>());
    }

    public override async Task<long> WorkAsync()
    {
        await using var services = Scope();
        var rows = services.ServiceProvider.GetRequiredService<RowService>();
        foreach (var (name, query) in s_queries)
        {
            var began = Stopwatch.GetTimestamp();
            var page = await rows.ListAsync(_projectId, query, CancellationToken.None);
            if (HasPictures && page.Media.Count != page.Rows.Count)
            {
                throw new InvalidOperationException($"\"{name}\" misses pictures.");
            }

            (_times.TryGetValue(name, out var times) ? times : _times[name] = []).Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return s_queries.Length;
    }

    public override async Task<long> PlainAsync()
    {
        await using var services = Scope();
        for (var page = 0; page < s_queries.Length; page++)
        {
            await using var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            var from = Rows / s_queries.Length * page;
            await db.Examples.AsNoTracking().Where(e => e.ImportId == _importId && e.Number > from).OrderBy(e => e.Number).Take(25).ToListAsync();
        }

        return s_queries.Length;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var (name, times) in _times)
        {
            var sorted = times.Order().ToList();
            Console.WriteLine($"  {name,-16} {sorted[sorted.Count / 2],7:0.0} ms (least {sorted[0]:0.0}, most {sorted[^1]:0.0})");
        }

        await base.DisposeAsync();
    }

    private async Task FillAsync(IDbContextFactory<PortalDbContext> dbs)
    {
        await using (var db = await dbs.CreateDbContextAsync())
        {
            var import = new DatasetImport { ProjectId = _projectId, FileName = "rows.csv", BlobName = "none", Length = 1, Sha256 = "", UploadedAt = DateTime.UnixEpoch };
            import.Finish(Rows, Rows - (Rows / 5_000), 78, DateTime.UnixEpoch);
            db.DatasetImports.Add(import);
            var version = new DatasetVersion { ProjectId = _projectId, ImportId = import.Id, Number = 1, StartedAt = DateTime.UnixEpoch };
            db.Entry(version).Property(v => v.State).CurrentValue = VersionState.Frozen;
            db.DatasetVersions.Add(version);
            await db.SaveChangesAsync();
            var dataset = new Dataset { ProjectId = _projectId };
            dataset.WorkOn(import);
            db.Datasets.Add(dataset);
            await db.SaveChangesAsync();
            _importId = import.Id;
            if (HasPictures)
            {
                foreach (var number in Enumerable.Range(0, Pictures))
                {
                    var picture = new MediaFile
                    {
                        ProjectId = _projectId, Sha256 = HashOf(number), Length = 90_000, MimeType = "image/jpeg", Kind = MediaKind.Image, Width = 640, Height = 480, BlobName = "none", AddedAt = DateTime.UnixEpoch,
                    };
                    db.Add(picture);
                    db.Add(new VersionMedia { VersionId = version.Id, MediaId = picture.Id, Split = Split.Train });
                }

                await db.SaveChangesAsync();
            }

            await FillAsync(dbs, version.Id);
        }
    }

    private async Task FillAsync(IDbContextFactory<PortalDbContext> dbs, string versionId)
    {
        var texts = SampleMessages.Draw(10_000).Select(m => m.Text).ToList();
        for (var from = 1; from <= Rows; from += Batch)
        {
            await using var db = await dbs.CreateDbContextAsync();
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            foreach (var number in Enumerable.Range(from, Batch))
            {
                var label = number % 40_000 is 7 ? "rare" : $"label {number % 77}";
                var text = $"{texts[number % texts.Count]} {number}{(number is 90_011 ? " needle" : "")}";
                var slice = number % 20_000 is 11 ? "rare" : $"slice {number % 9}";
                db.Add(new Example { ImportId = _importId, Number = number, Input = text, Output = label, Label = label, Slice = slice, SetAsideBy = number % 5_000 is 0 ? FindingRule.EmptyOutput : null, Content = ContentOf(number, text, label) });
                db.Add(new FrozenExample { VersionId = versionId, Number = number, Split = (number % 10) switch { 0 => Split.Test, 1 => Split.Validation, _ => Split.Train }, Input = text, Output = label });
            }

            await db.SaveChangesAsync();
        }
    }

    private string? ContentOf(int number, string text, string label) => !HasPictures ? null : JsonSerializer.Serialize(new
    {
        contents = new object[]
        {
            new { role = "user", parts = new object[] { new { fileData = new { mimeType = "image/jpeg", fileUri = MediaAddress.Of(HashOf(number % Pictures), $"{number}.jpg") } }, new { text } } },
            new { role = "model", parts = new[] { new { text = label } } },
        },
    });

    private static string HashOf(int picture) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(picture)));
}

/// <summary>The same where every row shows a picture.</summary>
internal sealed class GridPicturesBenchmark : GridBenchmark
{
    public override string Name => "grid-pictures";

    protected override bool HasPictures => true;
}
