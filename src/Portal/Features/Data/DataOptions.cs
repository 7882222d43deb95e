using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Data;

/// <summary>Where the parsers of formats run that a stranger can make a trap of: workbooks, archives, and the files beside a table.</summary>
public enum ReaderPlace
{
    /// <summary>In a process that can be stopped; where none can be started, such files are refused.</summary>
    OwnProcess,

    /// <summary>In a process that can be stopped; where none can be started, in the portal.</summary>
    OwnProcessIfPossible,

    /// <summary>In the portal, by readers that are bounded in what they read.</summary>
    Portal,
}

/// <summary>How much of a file is taken. The limits keep memory flat whatever is uploaded.</summary>
public sealed class DataOptions
{
    [Range(1, 1L << 40)]
    public long MaxUploadBytes { get; set; } = 1L << 30;

    /// <summary>What all files of one organization may take.</summary>
    [Range(1, 1L << 50)]
    public long QuotaBytes { get; set; } = 20L << 30;

    /// <summary>A broken connection costs at most this much of an upload.</summary>
    [Range(1 << 10, 1 << 26)]
    public int PartBytes { get; set; } = 8 << 20;

    /// <summary>How long an upload that broke off waits for the rest.</summary>
    public TimeSpan UploadKept { get; set; } = TimeSpan.FromHours(24);

    /// <summary>The most an archive may unpack to.</summary>
    [Range(1, 1L << 40)]
    public long MaxUnpackedBytes { get; set; } = 4L << 30;

    /// <summary>Beyond the first 64 MB, an archive that unpacks to this many times its size is a bomb, not data.</summary>
    [Range(2, 100_000)]
    public int MaxUnpackRatio { get; set; } = 200;

    [Range(1, 1_000_000)]
    public int MaxArchiveFiles { get; set; } = 100_000;

    /// <summary>The largest file that a row may name; models take less, each by its own limit.</summary>
    [Range(1, 1L << 31)]
    public long MaxMediaBytes { get; set; } = 200L << 20;

    [Range(2, 16_384)]
    public int MaxColumns { get; set; } = 2_000;

    [Range(1_000, 4_000_000)]
    public int MaxCellCharacters { get; set; } = 1_000_000;

    [Range(1_000, 16_000_000)]
    public int MaxRecordCharacters { get; set; } = 4_000_000;

    [Range(1, 10_000_000)]
    public int MaxRows { get; set; } = 1_000_000;

    /// <summary>Rows of one write transaction: many enough to be quick, few enough that a page waits no longer than a blink.</summary>
    [Range(1, 10_000)]
    public int BatchRows { get; set; } = 2_000;

    /// <summary>Where workbooks, archives and media are read.</summary>
    public ReaderPlace ReadIn { get; set; } = ReaderPlace.OwnProcess;

    /// <summary>How long a reading process may think before it answers, and a second more for every 4 MB of its file.</summary>
    public TimeSpan ReaderPatience { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of a processor's time it may take in all, and a second more for every 4 MB of its file.</summary>
    public TimeSpan MaxReaderCpu { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The objects it may hold; the runtime itself comes on top.</summary>
    [Range(64L << 20, 1L << 40)]
    public long MaxReaderBytes { get; set; } = 256L << 20;

    /// <summary>How many files people may look into at the same time, each in a process of its own. Imports are counted by the background's workers.</summary>
    [Range(1, 1_000)]
    public int MaxReaders { get; set; } = 8;

    /// <summary>How long a worker may be silent before another takes its work up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);
}
