using System.IO.Compression;
using System.Text;

namespace Portal.Features.Data;

/// <summary>
/// Rows of a version beside the files that they name, as one ZIP that an import reads back. It goes out while it is made: of the rows a page is
/// held at a time, of the files a buffer.
/// </summary>
public sealed class DownloadedArchive(DownloadService downloads, MediaService media)
{
    private const int FilesAtOnce = 500;

    internal async Task WriteAsync(DatasetVersion version, IReadOnlyList<Split> splits, DownloadShape table, Stream body, CancellationToken ct)
    {
        await using var deferred = new DeferredStream(body);
        // Not disposed where it breaks off: only a whole archive gets its directory, and without one nobody takes it for whole.
        var zip = await ZipArchive.CreateAsync(deferred, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, ct);
        foreach (var named in (await WriteRowsAsync(zip, version.Id, splits, table, ct)).Chunk(FilesAtOnce))
        {
            await WriteFilesAsync(zip, version.ProjectId, new Dictionary<string, string>(named, StringComparer.Ordinal), ct);
        }

        await zip.DisposeAsync();
        await deferred.FlushAsync(ct);
    }

    /// <summary>The table; what its rows call their files, by the files' hashes.</summary>
    private async Task<Dictionary<string, string>> WriteRowsAsync(ZipArchive zip, string versionId, IReadOnlyList<Split> splits, DownloadShape table, CancellationToken ct)
    {
        var named = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var entry = await zip.CreateEntry(table is DownloadShape.Csv ? "rows.csv" : "rows.jsonl", CompressionLevel.Fastest).OpenAsync(ct);
        await using var text = DownloadApi.TextOf(table, entry);
        if (table is DownloadShape.Csv)
        {
            await text.WriteAsync(DownloadedTable.Header.AsMemory(), ct);
        }

        await foreach (var row in downloads.RowsAsync(versionId, splits, ct))
        {
            foreach (var (hash, name) in MediaRows.NamedIn(row.Content))
            {
                named.TryAdd(hash, name);
            }

            await text.WriteAsync(DownloadService.LineOf(row with { Content = MediaAddress.InArchive(row.Content) }, table).AsMemory(), ct);
        }

        return named;
    }

    private async Task WriteFilesAsync(ZipArchive zip, string projectId, Dictionary<string, string> named, CancellationToken ct)
    {
        foreach (var file in (await media.FindAsync(projectId, named.Keys, ct)).Values.OrderBy(f => f.Sha256, StringComparer.Ordinal))
        {
            var path = MediaAddress.InArchive(file.Sha256, ZipArchiveReader.IsPlainName(named[file.Sha256]) ? named[file.Sha256] : $"file{MediaTypes.EndingOf(file.MimeType)}");
            // Nearly all of them are packed already.
            await using var entry = await zip.CreateEntry(path, CompressionLevel.NoCompression).OpenAsync(ct);
            await using var content = downloads.OpenRead(file);
            await content.CopyToAsync(entry, ct);
        }
    }
}
