using System.Collections;
using System.Diagnostics;

namespace Portal.Features.Data;

/// <summary>What is started to read a file: the portal itself, told to do nothing else.</summary>
public sealed record ReaderProgram(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>Where the runtime is and how it is to behave; nothing else of the portal's surroundings reaches the process, its secrets least of all.</summary>
    private static readonly string[] s_kept = ["DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROLL_FORWARD", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_BUNDLE_EXTRACT_BASE_DIR", "TMPDIR", "TEMP", "TMP", "SystemRoot"];

    internal static ReaderProgram OfThisPortal()
    {
        var portal = typeof(ReaderProgram).Assembly;
        var running = Environment.ProcessPath ?? "";
        var library = Path.Combine(AppContext.BaseDirectory, portal.GetName().Name + ".dll");
        if (Path.GetFileNameWithoutExtension(running).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
        {
            return new ReaderProgram(running, [library, ReaderCommand.Name]);
        }

        // Beside the library stands its own program, unless both are one file.
        var own = Path.Combine(AppContext.BaseDirectory, portal.GetName().Name + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return new ReaderProgram(File.Exists(own) ? own : running, [ReaderCommand.Name]);
    }

    internal ProcessStartInfo StartInfo(long heapBytes)
    {
        var start = new ProcessStartInfo(FileName, Arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, CreateNoWindow = true, WorkingDirectory = AppContext.BaseDirectory,
        };
        start.Environment.Clear();
        foreach (var (name, value) in Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(e => ((string)e.Key, e.Value as string)).Where(e => s_kept.Contains(e.Item1)))
        {
            start.Environment[name] = value;
        }

        start.Environment["DOTNET_GCHeapHardLimit"] = heapBytes.ToString("X", System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        // Neither a debugger's pipe nor a dump with somebody's rows in it.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return start;
    }
}
