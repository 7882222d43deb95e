using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Storage;

/// <summary>
/// Files on disk, one folder a tenant. A name becomes a hash, so no name can leave its folder, and a file appears only
/// when it is whole: it is written beside its place and moved into it.
/// </summary>
public sealed class BlobStore(IOptions<StorageOptions> options, TenantScope scope)
{
    /// <summary>Of all tenants.</summary>
    internal static string FolderOf(StorageOptions options) => Path.Combine(options.Folder, "blobs");

    public Stream OpenRead(string name) => new FileStream(
        PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);

    public bool Exists(string name) => File.Exists(PathOf(name));

    /// <summary>What is not there is deleted.</summary>
    public void Delete(string name)
    {
        if (Exists(name))
        {
            File.Delete(PathOf(name));
        }
    }

    /// <summary>All of the tenant's, half-written ones too.</summary>
    public (int Files, long Bytes) DeleteAll()
    {
        var folder = new DirectoryInfo(Path.Combine(FolderOf(options.Value), scope.TenantId));
        if (!folder.Exists)
        {
            return (0, 0);
        }

        var files = folder.GetFiles("*", SearchOption.AllDirectories);
        folder.Delete(recursive: true);
        return (files.Length, files.Sum(f => f.Length));
    }

    public long LengthOf(string name) => new FileInfo(PathOf(name)).Length;

    /// <summary>Room left where the files are.</summary>
    public long FreeBytes => Drive.AvailableFreeSpace;

    private DriveInfo Drive => new(Directory.CreateDirectory(FolderOf(options.Value)).FullName);

    /// <summary>Refuses early what the disk could not hold: the last twentieth of it, a gigabyte at most, is for everybody else.</summary>
    public void RequireRoom(long bytes)
    {
        if (Drive.AvailableFreeSpace - bytes < Math.Min(Drive.TotalSize / 20, 1L << 30))
        {
            throw new StorageFullException();
        }
    }

    /// <summary>
    /// Returns the number of bytes and their SHA-256 in lower-case hex. With an expected hash, other bytes are refused before
    /// anybody could read them.
    /// </summary>
    public Task<(long Length, string Sha256)> WriteAsync(string name, Stream content, long maximumLength, CancellationToken ct, string? expectedSha256 = null) =>
        WriteAsync(name, async partial =>
        {
            var result = await CopyAsync(content, partial, maximumLength, ct);
            return expectedSha256 is null || string.Equals(expectedSha256, result.Sha256, StringComparison.OrdinalIgnoreCase)
                ? result : throw new PortalException("What arrived is not what was sent: its SHA-256 is another one. Send it again.");
        });

    /// <summary>The same for content that is made here: whoever writes may go back in the file.</summary>
    public Task<(long Length, string Sha256)> WriteAsync(string name, Func<Stream, Task> write, CancellationToken ct) => WriteAsync(name, async partial =>
    {
        await using var file = new FileStream(partial, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        await write(file);
        await file.FlushAsync(ct);
        file.Flush(flushToDisk: true);
        file.Position = 0;
        return (file.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)));
    });

    /// <summary>The same under a name that is made of the content's hash: what is there already is not kept twice.</summary>
    public async Task<(string Name, long Length, string Sha256)> WriteAsync(Func<string, string> nameOf, Stream content, long maximumLength, CancellationToken ct)
    {
        var coming = $"coming/{Guid.NewGuid():N}";
        var (length, sha256) = await WriteAsync(coming, content, maximumLength, ct);
        var name = nameOf(sha256);
        if (Exists(name))
        {
            Delete(coming);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name)) ?? throw new InvalidOperationException(name));
            File.Move(PathOf(coming), PathOf(name), overwrite: true);
        }

        return (name, length, sha256);
    }

    private async Task<(long Length, string Sha256)> WriteAsync(string name, Func<string, Task<(long Length, string Sha256)>> write)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path) ?? throw new InvalidOperationException(path));
        // A name of its own: the same file may be on its way twice.
        var partial = $"{path}.{Guid.NewGuid():N}{PartialFiles.Ending}";
        try
        {
            var result = await write(partial);
            File.Move(partial, path, overwrite: true);
            return result;
        }
        catch (IOException fault) when (StorageFullException.IsCauseOf(fault))
        {
            File.Delete(partial);
            throw new StorageFullException(fault);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    private static async Task<(long Length, string Sha256)> CopyAsync(Stream content, string path, long maximumLength, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16, FileOptions.Asynchronous);
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        long length = 0;
        try
        {
            for (int read; (read = await content.ReadAsync(buffer, ct)) > 0;)
            {
                length += read;
                if (length > maximumLength)
                {
                    throw new PortalException($"The file is larger than {maximumLength / (1 << 20):N0} MB. Split it, or remove what the task does not need.");
                }

                hash.AppendData(buffer.AsSpan(0, read));
                await file.WriteAsync(buffer.AsMemory(0, read), ct);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await file.FlushAsync(ct);
        file.Flush(flushToDisk: true);
        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private string PathOf(string name)
    {
        var file = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        return Path.Combine(FolderOf(options.Value), scope.TenantId, file[..2], file);
    }
}
