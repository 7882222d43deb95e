using System.Runtime.InteropServices;
using Portal.Components;

namespace Portal.Features.Data;

/// <summary>What a reading process may take, and what is said of a file that takes more.</summary>
internal sealed record ReaderLimits(TimeSpan Patience, long HeapBytes, int CpuSeconds, DataOptions Options)
{
    public const string Time = "it took longer than it may";
    public const string Cpu = "it took more processor time than it may";
    public const string Memory = "it took more memory than it may";

    /// <summary>What the runtime itself takes beside the objects it keeps.</summary>
    private const long RuntimeBytes = 128L << 20;

    private const int BytesInASecond = 4 << 20;
    private const int EndedByCpu = 128 + 24;

    private const int CpuLimit = 0;
    private const int DataLimit = 2;
    private const int CoreLimit = 4;

    private const string Remedy = "Save the table as CSV (UTF-8), or split the file, then upload that.";

    public long ResidentBytes => HeapBytes + RuntimeBytes;

    /// <summary>All that it may say: what a file may unpack to, in the widest encoding, and the names in it.</summary>
    public long AnswerBytes => (4 * Options.MaxUnpackedBytes) + (64L << 20);

    /// <summary>A large file is looked through once before anything is answered.</summary>
    public static ReaderLimits Of(string path, DataOptions options)
    {
        var longer = TimeSpan.FromSeconds(new FileInfo(path).Length / BytesInASecond);
        return new ReaderLimits(options.ReaderPatience + longer, options.MaxReaderBytes, (int)(options.MaxReaderCpu + longer).TotalSeconds, options);
    }

    public static bool IsOfCpu(int? exitCode) => exitCode is EndedByCpu;

    public FrameWriter Add(FrameWriter frame) => frame.Add(CpuSeconds).Add(ResidentBytes + RuntimeBytes).Add(Options.MaxUnpackedBytes).Add(Options.MaxUnpackRatio).Add(Options.MaxArchiveFiles)
        .Add(Options.MaxColumns).Add(Options.MaxCellCharacters).Add(Options.MaxRecordCharacters);

    /// <summary>The kernel's own limits, for when the portal is too busy to look: processor time and writable memory; and no image of a crash on the disk.</summary>
    public static DataOptions Accept(FrameReader frame)
    {
        var (cpu, bytes) = ((ulong)frame.Int(), (ulong)frame.Long());
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            // At the first limit it is told why it ends, at the second it ends.
            Set(CpuLimit, cpu, cpu + 1);
            Set(DataLimit, bytes, bytes);
            Set(CoreLimit, 0, 0);
        }

        return new DataOptions
        {
            MaxUnpackedBytes = frame.Long(), MaxUnpackRatio = frame.Int(), MaxArchiveFiles = frame.Int(), MaxColumns = frame.Int(), MaxCellCharacters = frame.Int(), MaxRecordCharacters = frame.Int(),
        };
    }

    public string RefusalOf(string? why) => why switch
    {
        Time => $"Reading this file took longer than {Patience.TotalSeconds:N0} seconds, so it was stopped. {Remedy}",
        Cpu => $"Reading this file took more than {CpuSeconds:N0} seconds of a processor's time, so it was stopped. {Remedy}",
        Memory => $"Reading this file took more than {Show.Bytes(HeapBytes)} of memory, so it was stopped. {Remedy}",
        _ => $"This file made its reader fail, so it is damaged, or not what it says it is. {Remedy}",
    };

    private static void Set(int resource, ulong soft, ulong hard)
    {
        var limit = new Limit(soft, hard);
        if (SetLimit(resource, in limit) is not 0)
        {
            throw new PlatformNotSupportedException($"The limit {resource} cannot be set.");
        }
    }

    [DllImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetLimit(int resource, in Limit limit);

    [DllImport("libc", EntryPoint = "setpgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetGroup(int process, int group);

    /// <summary>A group of its own: what somebody presses in the portal's terminal is not for this process.</summary>
    public static void LeaveGroup()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = SetGroup(0, 0);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(ulong Soft, ulong Hard);
}
