using System.ComponentModel.DataAnnotations;

namespace Portal.Features.Leave;

public sealed class LeaveOptions
{
    /// <summary>For how long a finished export can be downloaded.</summary>
    [Range(1, 365)]
    public int KeepExportDays { get; set; } = 7;

    /// <summary>The largest archive that is written or taken in.</summary>
    [Range(1, 1L << 44)]
    public long MaxArchiveBytes { get; set; } = 32L << 30;

    /// <summary>What an export leaves free on the disk for everybody else.</summary>
    [Range(0, 1L << 44)]
    public long KeepFreeBytes { get; set; } = 256L << 20;

    /// <summary>How long a worker may be silent before another takes its work up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);
}
