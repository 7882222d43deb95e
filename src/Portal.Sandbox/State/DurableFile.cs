using System.Text;

namespace Portal.Sandbox.State;

/// <summary>Files that are either the old content or the new one, whenever the process dies.</summary>
internal static class DurableFile
{
    private const string Unfinished = ".unfinished";

    public static void Write(string path, Action<Stream> write) => Write(path, write, mode: null);

    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content), mode: null);

    public static void WriteSecret(string path, string content) =>
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(content)), UnixFileMode.UserRead | UnixFileMode.UserWrite);

    /// <summary>Removes what a killed process left half written.</summary>
    public static void Sweep(string folder)
    {
        foreach (var leftover in Directory.EnumerateFiles(folder, "*" + Unfinished, SearchOption.AllDirectories))
        {
            File.Delete(leftover);
        }
    }

    private static void Write(string path, Action<Stream> write, UnixFileMode? mode)
    {
        var unfinished = path + Unfinished;
        using (var stream = Create(unfinished, mode))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static FileStream Create(string path, UnixFileMode? mode)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new(path, options);
    }
}
