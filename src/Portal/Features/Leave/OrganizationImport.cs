using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Leave;

public enum ArchiveImportState
{
    /// <summary>The archive is on its way here in parts.</summary>
    Receiving,

    /// <summary>It is here, and is being read through.</summary>
    Checking,

    /// <summary>What it holds is shown; an owner has to say yes.</summary>
    Ready,
    Importing,
    Done,
    Failed,
    Discarded,
}

/// <summary>An archive on its way into an empty organisation: uploaded, read through, agreed to, and taken in whole or not at all.</summary>
public sealed class OrganizationImport : TenantOwned, IVersioned
{
    public const int PartLength = 8 << 20;

    private const string UnderWay = "under way";

    public required string AskedByUserId { get; init; }

    public required string AskedByName { get; init; }

    public required DateTime AskedAt { get; init; }

    public required string FileName { get; init; }

    public required long Length { get; init; }

    /// <summary>Where the blob store puts the archive; its parts are beside it.</summary>
    public required string BlobName { get; init; }

    public ArchiveImportState State { get; private set; } = ArchiveImportState.Receiving;

    /// <summary>The same word for every import under way, its own id afterwards: a unique index over it keeps a second one out.</summary>
    public string Slot { get; private set; } = UnderWay;

    public string Sha256 { get; private set; } = "";

    /// <summary>Bytes there are to read through, and how far it is.</summary>
    public long Total { get; private set; }

    public long Done { get; private set; }

    /// <summary>Since when nothing came of it: a part, an answer.</summary>
    public DateTime MovedAt { get; private set; }

    public string PreviewJson { get; private set; } = "";

    public string ConfirmedByUserId { get; private set; } = "";

    public string ConfirmedByName { get; private set; } = "";

    public string ReportJson { get; private set; } = "";

    public DateTime? EndedAt { get; private set; }

    public string Failure { get; private set; } = "";

    public int Attempts { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    public int PartCount => (int)((Length + PartLength - 1) / PartLength);

    public bool IsEnded => State is ArchiveImportState.Done or ArchiveImportState.Failed or ArchiveImportState.Discarded;

    public ImportPreview? Preview => ImportPreview.Parse(PreviewJson);

    public FigureReport? Report => FigureReport.Parse(ReportJson);

    public AuditTarget AsTarget() => new("archive", Id, FileName);

    public long LengthOf(int part) => Math.Min(PartLength, Length - ((long)part * PartLength));

    public string BlobOf(int part) => $"{BlobName}/part/{part}";

    public void Moved(DateTime now) => MovedAt = now;

    public void Arrived(string sha256, DateTime now)
    {
        Require(ArchiveImportState.Receiving);
        (State, Sha256, Total, MovedAt) = (ArchiveImportState.Checking, sha256, Length, now);
    }

    public void Offer(ImportPreview preview, DateTime now)
    {
        Require(ArchiveImportState.Checking);
        (State, PreviewJson, Attempts, LeaseToken, LeaseUntil, MovedAt) = (ArchiveImportState.Ready, preview.ToStored(), 0, null, null, now);
    }

    public void Confirm(string userId, string userName, DateTime now)
    {
        Require(ArchiveImportState.Ready);
        (State, ConfirmedByUserId, ConfirmedByName, Done, MovedAt) = (ArchiveImportState.Importing, userId, userName, 0, now);
    }

    public void Finish(FigureReport report, DateTime now)
    {
        Require(ArchiveImportState.Importing);
        ReportJson = report.ToStored();
        End(ArchiveImportState.Done, now);
    }

    public void Fail(string why, DateTime now)
    {
        Failure = why.Length <= 1_000 ? why : why[..1_000];
        End(ArchiveImportState.Failed, now);
    }

    public void Discard(DateTime now)
    {
        if (State is not (ArchiveImportState.Receiving or ArchiveImportState.Ready))
        {
            throw new PortalException("This archive is being read and cannot be discarded now. Wait until that is done.");
        }

        End(ArchiveImportState.Discarded, now);
    }

    private void Require(ArchiveImportState state)
    {
        if (State != state)
        {
            throw new PortalException("The import has gone on meanwhile. Load the page again.");
        }
    }

    private void End(ArchiveImportState state, DateTime now) => (State, Slot, EndedAt, LeaseToken, LeaseUntil) = (state, Id, now, null, null);
}

internal sealed class OrganizationImportMapping : IEntityTypeConfiguration<OrganizationImport>
{
    public void Configure(EntityTypeBuilder<OrganizationImport> builder)
    {
        builder.HasPublicId("oim");
        builder.Property(i => i.AskedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.AskedByName).HasMaxLength(200);
        builder.Property(i => i.FileName).HasMaxLength(255);
        builder.Property(i => i.BlobName).HasMaxLength(120);
        builder.Property(i => i.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.Sha256).HasMaxLength(64);
        builder.Property(i => i.PreviewJson).HasMaxLength(40_000);
        builder.Property(i => i.ConfirmedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.ConfirmedByName).HasMaxLength(200);
        builder.Property(i => i.ReportJson).HasMaxLength(40_000);
        builder.Property(i => i.Failure).HasMaxLength(1_000);
        builder.Property(i => i.LeaseToken).HasMaxLength(40);
        builder.Ignore(i => i.PartCount).Ignore(i => i.IsEnded).Ignore(i => i.Preview).Ignore(i => i.Report);
        builder.HasIndex(i => new { i.TenantId, i.Slot }).IsUnique();
        builder.HasIndex(i => new { i.State, i.LeaseUntil });
    }
}
