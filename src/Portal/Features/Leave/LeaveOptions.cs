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

    /// <summary>Files that an archive may have: one for each table and each upload.</summary>
    [Range(1, 1_000_000)]
    public int MaxArchiveFiles { get; set; } = 100_000;

    /// <summary>Rows come in by one transaction, and on SQLite nobody else writes meanwhile.</summary>
    [Range(1, 1L << 44)]
    public long MaxArchiveRowBytes { get; set; } = 4L << 30;

    /// <summary>How long an archive that was uploaded waits for the rest of it, or for somebody's yes.</summary>
    public TimeSpan KeepImport { get; set; } = TimeSpan.FromDays(7);

    /// <summary>What an export leaves free on the disk for everybody else.</summary>
    [Range(0, 1L << 44)]
    public long KeepFreeBytes { get; set; } = 256L << 20;

    /// <summary>How long an erasure can still be taken back.</summary>
    public TimeSpan CoolOff { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How recently somebody must have signed in to erase.</summary>
    public TimeSpan FreshSignIn { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After the rows are gone: so long is waited for whoever had begun to write, then all is looked through once more.</summary>
    public TimeSpan SettleAfter { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>A vendor that refuses so often is named in the receipt, and the rest goes on: with pauses of up to an hour, about a day.</summary>
    [Range(1, 1_000)]
    public int VendorAttempts { get; set; } = 30;

    /// <summary>How long a worker may be silent before another takes its work up.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);
}
