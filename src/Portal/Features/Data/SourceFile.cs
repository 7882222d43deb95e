namespace Portal.Features.Data;

/// <summary>Gets at the bytes of the table in what was uploaded, be it plain, packed, or one file of an archive.</summary>
internal static class SourceFile
{
    /// <summary>The uploaded file stays open for its owner to close, so that its position tells how far the reading is.</summary>
    public static Stream Open(Stream file, SourceLayout layout, DataOptions options)
    {
        file.Position = 0;
        return layout.Container switch
        {
            SourceContainer.Gzip => new GzipContent(file, options),
            SourceContainer.Zip => ZipItemStream.Open(file, ItemOf(file, layout, options), options),
            _ => new StreamSlice(file, 0, file.Length),
        };
    }

    /// <summary>A workbook is read here and there, so a packed one is unpacked to disk first.</summary>
    public static Stream OpenSeekable(Stream file, SourceLayout layout, DataOptions options)
    {
        if (layout.Container is SourceContainer.None)
        {
            return new StreamSlice(file, 0, file.Length);
        }

        using var content = Open(file, layout, options);
        var unpacked = Nameless();
        try
        {
            content.CopyTo(unpacked, 1 << 16);
            unpacked.Position = 0;
            return unpacked;
        }
        catch
        {
            unpacked.Dispose();
            throw;
        }
    }

    /// <summary>A file that is gone with its process, however that ends: where the system can, its name is taken away while it is open.</summary>
    private static FileStream Nameless()
    {
        var path = Path.Combine(Path.GetTempPath(), $"portal-{Guid.NewGuid():N}");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, 1 << 16, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            File.Delete(path);
        }

        return file;
    }

    private static ZipItem ItemOf(Stream file, SourceLayout layout, DataOptions options) =>
        ZipArchiveReader.Read(file, options).FirstOrDefault(i => i.Name == layout.Entry)
        ?? throw new PortalException($"The archive has no file \"{layout.Entry}\". Choose another one.");
}
