using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

public enum ImportState
{
    /// <summary>The file is here; nobody has said which columns matter.</summary>
    Uploaded,

    /// <summary>Ready to be read, waiting for a worker.</summary>
    Mapped,
    Importing,
    Imported,
    Failed,

    /// <summary>A later import took its place; its rows are gone or going, its file stays.</summary>
    Replaced,
}

/// <summary>One uploaded file on its way to examples.</summary>
public sealed class DatasetImport : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string FileName { get; init; }

    /// <summary>Where the blob store keeps the file.</summary>
    public required string BlobName { get; init; }

    public required long Length { get; init; }

    public required string Sha256 { get; init; }

    /// <summary>When the file was removed because it held rows of somebody that were erased.</summary>
    public DateTime? FileErasedAt { get; private set; }

    public required DateTime UploadedAt { get; init; }

    public string UploadedByUserId { get; init; } = "";

    public string UploadedByName { get; init; } = "";

    /// <summary>Who let it be read, by whose right it goes on; empty for the portal's own.</summary>
    public string StartedByUserId { get; private set; } = "";

    public ImportState State { get; private set; } = ImportState.Uploaded;

    public SourceFormat Format { get; private set; }

    /// <summary>Name of the text encoding, as .NET knows it.</summary>
    public string Encoding { get; private set; } = "utf-8";

    public string Delimiter { get; private set; } = ",";

    public bool HasHeader { get; private set; } = true;

    public SourceQuoting Quoting { get; private set; }

    public SourceContainer Container { get; private set; }

    /// <summary>The file inside an archive.</summary>
    public string Entry { get; private set; } = "";

    /// <summary>The sheet of a workbook.</summary>
    public string Sheet { get; private set; } = "";

    /// <summary>Where in a JSON document the rows are.</summary>
    public string Items { get; private set; } = "";

    /// <summary>The <see cref="ColumnMapping"/> it is or was read by, as JSON; empty until somebody chose.</summary>
    public string MappingJson { get; private set; } = "";

    /// <summary>The same for files of the same make, so that their mapping is remembered.</summary>
    public string Shape { get; private set; } = "";

    public int ReadCount { get; private set; }

    public int AcceptedCount { get; private set; }

    public int SetAsideCount { get; private set; }

    /// <summary>How far in the file the reading is, for a time left.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Distinct outputs.</summary>
    public int LabelCount { get; private set; }

    public bool HasRows { get; private set; }

    public DateTime? StartedAt { get; private set; }

    public DateTime? ImportedAt { get; private set; }

    /// <summary>When a row was last edited, added, or decided about by itself.</summary>
    public DateTime? ChangedAt { get; private set; }

    public string Failure { get; private set; } = "";

    public int Attempts { get; private set; }

    public string? LeaseToken { get; private set; }

    public DateTime? LeaseUntil { get; private set; }

    public long Version { get; private set; }

    public bool IsUnderWay => State is ImportState.Mapped or ImportState.Importing;

    public SourceLayout Layout => new(Format, Encoding, Delimiter.Length is 1 ? Delimiter[0] : ',', HasHeader)
    {
        Quoting = Quoting,
        Container = Container,
        Entry = Entry,
        Sheet = Sheet,
        Items = Items,
    };

    public ColumnMapping? Mapping => ColumnMapping.Parse(MappingJson);

    public void ReadAs(SourceLayout layout)
    {
        (Format, Encoding) = (layout.Format, layout.Encoding);
        (Delimiter, HasHeader) = (layout.Delimiter.ToString(), layout.HasHeader);
        (Quoting, Container) = (layout.Quoting, layout.Container);
        (Entry, Sheet, Items) = (layout.Entry, layout.Sheet, layout.Items);
    }

    /// <summary>Says which columns matter and lets a worker begin. Imported rows never change: reading the file again is a new import.</summary>
    public void Map(SourceLayout layout, ColumnMapping mapping, string shape, string userId)
    {
        if (State is not (ImportState.Uploaded or ImportState.Failed))
        {
            throw new PortalException("This file is being imported already. Wait until it is done.");
        }

        if (mapping.Obstacle is { Length: > 0 } obstacle)
        {
            throw new PortalException($"{obstacle}.");
        }

        ReadAs(layout);
        StartedByUserId = userId;
        (MappingJson, Shape) = (mapping.ToStored(), shape);
        (State, Failure, Attempts, LeaseToken, LeaseUntil) = (ImportState.Mapped, "", 0, null, null);
        (ReadCount, AcceptedCount, SetAsideCount, BytesRead) = (0, 0, 0, 0);
    }

    public void Finish(int read, int accepted, int labels, DateTime at)
    {
        (State, ImportedAt, LabelCount, BytesRead, HasRows) = (ImportState.Imported, at, labels, Length, true);
        (LeaseToken, LeaseUntil) = (null, null);
        Recount(read, accepted);
    }

    public void Change(DateTime at) => ChangedAt = at;

    public void Replace() => State = ImportState.Replaced;

    /// <summary>The same file once more, to be read another way.</summary>
    public DatasetImport Again(DateTime at, string userId, string userName) => new()
    {
        ProjectId = ProjectId,
        FileName = FileName,
        BlobName = BlobName,
        Length = Length,
        Sha256 = Sha256,
        UploadedAt = at,
        UploadedByUserId = userId,
        UploadedByName = userName,
    };

    public AuditTarget AsTarget() => new("file", Id, FileName, ProjectId);

    public void Recount(int read, int accepted) => (ReadCount, AcceptedCount, SetAsideCount) = (read, accepted, read - accepted);

    public void Fail(string why)
    {
        if (IsUnderWay)
        {
            (State, Failure, LeaseToken, LeaseUntil) = (ImportState.Failed, why.Length > 1_000 ? why[..1_000] : why, null, null);
        }
    }
}

internal sealed class DatasetImportMapping : IEntityTypeConfiguration<DatasetImport>
{
    public void Configure(EntityTypeBuilder<DatasetImport> builder)
    {
        builder.HasPublicId("imp");
        builder.Property(i => i.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.FileName).HasMaxLength(255);
        builder.Property(i => i.BlobName).HasMaxLength(120);
        builder.Property(i => i.Sha256).HasMaxLength(64);
        builder.Property(i => i.UploadedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.UploadedByName).HasMaxLength(200);
        builder.Property(i => i.StartedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(i => i.Encoding).HasMaxLength(40);
        builder.Property(i => i.Delimiter).HasMaxLength(1);
        builder.Property(i => i.Entry).HasMaxLength(1_000);
        builder.Property(i => i.MappingJson).HasMaxLength(40_000);
        builder.Property(i => i.Shape).HasMaxLength(64);
        builder.Ignore(i => i.Mapping);
        builder.Property(i => i.Failure).HasMaxLength(1_000);
        builder.Property(i => i.LeaseToken).HasMaxLength(40);
        builder.Ignore(i => i.IsUnderWay);
        builder.Ignore(i => i.Layout);
        builder.BelongsTo<DatasetImport, Project>(nameof(DatasetImport.ProjectId));
        builder.HasIndex(i => new { i.TenantId, i.ProjectId, i.UploadedAt });
        builder.HasIndex(i => i.State);
        builder.HasIndex(i => new { i.TenantId, i.Shape });
    }
}
