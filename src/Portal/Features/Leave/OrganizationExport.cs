using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Leave;

public enum ExportState
{
    /// <summary>Asked for, or being written.</summary>
    Writing,
    Ready,
    Failed,

    /// <summary>Its time was over, and its file is gone.</summary>
    Expired,

    /// <summary>An owner has deleted its file.</summary>
    Deleted,
}

/// <summary>The whole organisation in one archive, for its owners to take along.</summary>
public sealed class OrganizationExport : TenantOwned, IVersioned
{
    private const string UnderWay = "under way";

    public required string AskedByUserId { get; init; }

    public required string AskedByName { get; init; }

    public required DateTime AskedAt { get; init; }

    public ExportState State { get; private set; } = ExportState.Writing;

    /// <summary>The same word for every export under way, its own id afterwards: a unique index over it keeps a second one out.</summary>
    public string Slot { get; private set; } = UnderWay;

    /// <summary>Rows there are to write; 0 until they are counted.</summary>
    public long Total { get; private set; }

    public long Done { get; private set; }

    public string BlobName { get; private set; } = "";

    public long Length { get; private set; }

    public string Sha256 { get; private set; } = "";

    public DateTime? ReadyAt { get; private set; }

    public DateTime? ExpiresAt { get; private set; }

    public string Failure { get; private set; } = "";

    public int Attempts { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    /// <summary>Another try at what failed, for whoever asked for it.</summary>
    public OrganizationExport Again(DateTime now) => new() { AskedByUserId = AskedByUserId, AskedByName = AskedByName, AskedAt = now };

    public AuditTarget AsTarget() => new("export", Id, $"{AskedAt:yyyy-MM-dd HH:mm} UTC");

    public void Finish(long length, string sha256, DateTime now, DateTime expiresAt)
    {
        (Length, Sha256, ReadyAt, ExpiresAt) = (length, sha256, now, expiresAt);
        End(ExportState.Ready);
        Done = Total;
    }

    public void Fail(string why)
    {
        Failure = why.Length <= 1_000 ? why : why[..1_000];
        End(ExportState.Failed);
    }

    /// <summary>Its file goes first: one that is still there while the row says otherwise would never be cleared.</summary>
    public void Clear(ExportState state) => State = state;

    private void End(ExportState state) => (State, Slot, LeaseToken, LeaseUntil) = (state, Id, null, null);
}

internal sealed class OrganizationExportMapping : IEntityTypeConfiguration<OrganizationExport>
{
    public void Configure(EntityTypeBuilder<OrganizationExport> builder)
    {
        builder.HasPublicId("exp");
        builder.Property(e => e.AskedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.AskedByName).HasMaxLength(200);
        builder.Property(e => e.Slot).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.BlobName).HasMaxLength(120);
        builder.Property(e => e.Sha256).HasMaxLength(64);
        builder.Property(e => e.Failure).HasMaxLength(1_000);
        builder.Property(e => e.LeaseToken).HasMaxLength(40);
        builder.HasIndex(e => new { e.TenantId, e.Slot }).IsUnique();
        builder.HasIndex(e => new { e.State, e.LeaseUntil });
    }
}

public static class LeaveTables
{
    extension(PortalDbContext db)
    {
        public DbSet<OrganizationExport> OrganizationExports => db.Set<OrganizationExport>();

        public DbSet<OrganizationImport> OrganizationImports => db.Set<OrganizationImport>();

        public DbSet<ImportedAuditLog> ImportedAuditLogs => db.Set<ImportedAuditLog>();

        public DbSet<OrganizationErasure> OrganizationErasures => db.Set<OrganizationErasure>();
    }
}
