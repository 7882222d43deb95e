namespace Portal.Sandbox.Storage;

/// <summary>Content on its way in. It is written here first and moved once it is whole.</summary>
internal sealed class UploadFiles(string folder)
{
    public const int Quantum = 256 * 1024;

    public string Folder { get; } = Directory.CreateDirectory(folder).FullName;

    public string NewPath() => Path.Combine(Folder, Guid.NewGuid().ToString("N") + ".part");

    public async Task<string> WriteAsync(Stream body, CancellationToken cancellationToken)
    {
        var path = NewPath();
        try
        {
            await AppendAsync(path, body, long.MaxValue, cancellationToken);
            return path;
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Appends at most so many bytes and says how many came; what came before a broken connection stays.</summary>
    public static async Task<long> AppendAsync(string path, Stream body, long limit, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0, useAsync: true);
        var buffer = new byte[Quantum];
        var total = 0L;
        for (int read; (read = await body.ReadAsync(buffer, cancellationToken)) > 0; total += read)
        {
            if (total + read > limit)
            {
                throw StorageException.Invalid("Invalid request. The body holds more bytes than the request announced.");
            }

            await file.WriteAsync(buffer.AsMemory(0, read), CancellationToken.None);
        }

        file.Flush(flushToDisk: true);
        return total;
    }
}
