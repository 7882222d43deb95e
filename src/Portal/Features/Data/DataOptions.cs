using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Data;

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

    /// <summary>How long a worker may be silent before another takes its work up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);
}
