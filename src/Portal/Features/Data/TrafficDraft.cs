using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Persistence;

namespace Portal.Features.Data;

/// <summary>Why a call is thought to have gone wrong.</summary>
[Flags]
public enum WrongReasons
{
    None = 0,

    /// <summary>A thumb down, or a score below one half.</summary>
    Disliked = 1,

    /// <summary>Somebody said what would have been right.</summary>
    Corrected = 2,

    /// <summary>The answer had not the shape its task asks for.</summary>
    Malformed = 4,
}

public enum TrafficState
{
    /// <summary>Waits for somebody to say what the right answer is.</summary>
    Open,

    /// <summary>Somebody has said it; it waits to become a row.</summary>
    Settled,

    /// <summary>It is a row by now, which has its texts.</summary>
    Added,
    Rejected,
}

/// <summary>
/// A call that went wrong, on its way to becoming a row: as it was kept, redacted, until somebody says what would have been right. Once it is a
/// row it stands for where that row comes from. A call is taken once, whatever became of it.
/// </summary>
public sealed class TrafficDraft : TenantOwned, IVersioned
{
    public const int NameLength = 300;
    public const int CommentLength = 4_000;

    public required string ProjectId { get; init; }

    /// <summary>As the caller read it.</summary>
    public required string ResponseId { get; init; }

    /// <summary>What answered, as it is shown: the endpoint's deployment.</summary>
    public required string DeploymentName { get; init; }

    /// <summary>The candidate that was deployed there.</summary>
    public required string ModelName { get; init; }

    public required WrongReasons Reasons { get; init; }

    public string Input { get; private set; } = "";

    /// <summary>What the model answered.</summary>
    public string Answer { get; private set; } = "";

    /// <summary>What is held to be right: at first what a caller said, then what was settled. Empty while nobody has said anything.</summary>
    public string Output { get; private set; } = "";

    /// <summary>What a caller said about the answer.</summary>
    public string Comment { get; private set; } = "";

    public required DateTime CalledAt { get; init; }

    public required DateTime TakenAt { get; init; }

    public string TakenByName { get; init; } = "";

    public TrafficState State { get; private set; } = TrafficState.Open;

    public string SettledByName { get; private set; } = "";

    public DateTime? SettledAt { get; private set; }

    /// <summary>Why it was rejected, where the portal did it; empty where somebody did.</summary>
    public string Note { get; private set; } = "";

    public string? ImportId { get; private set; }

    /// <summary>The row it became.</summary>
    public int? RowNumber { get; private set; }

    public DateTime? AddedAt { get; private set; }

    /// <summary>Then it is removed, as the texts that it was taken from are; null once the row has them.</summary>
    public DateTime? ExpiresAt { get; private set; }

    public long Version { get; private set; }

    public static TrafficDraft Of(TakenCall call, string byName, DateTime now) => new()
    {
        ProjectId = call.ProjectId, ResponseId = call.ResponseId, DeploymentName = Short(call.DeploymentName, NameLength), ModelName = Short(call.ModelName, NameLength), Reasons = call.Reasons,
        Input = call.Input, Answer = call.Answer, Output = call.Proposed, Comment = Short(call.Comment, CommentLength), CalledAt = call.CalledAt, TakenAt = now, TakenByName = byName, ExpiresAt = call.ExpiresAt,
    };

    public void Settle(string output, string byName, DateTime at) => (Output, State, SettledByName, SettledAt, Note) = (output, TrafficState.Settled, byName, at, "");

    public void Reject(string note, string byName, DateTime at) => (State, SettledByName, SettledAt, Note) = (TrafficState.Rejected, byName, at, note);

    /// <summary>Waits again, after it was settled or rejected.</summary>
    public void Reopen() => (State, SettledByName, SettledAt, Note) = (TrafficState.Open, "", null, "");

    /// <summary>The row has the texts from here on; a second copy would only have to be found again.</summary>
    public void Add(string importId, int rowNumber, DateTime at)
    {
        (State, ImportId, RowNumber, AddedAt, ExpiresAt) = (TrafficState.Added, importId, rowNumber, at, null);
        (Input, Answer, Output, Comment) = ("", "", "", "");
    }

    private static string Short(string text, int length) => text.Length <= length ? text : text[..length];
}

/// <summary>A call as it is taken out of the traffic, with what its texts may be kept for.</summary>
/// <param name="Proposed">What a caller said would have been right.</param>
public sealed record TakenCall(string ProjectId, string ResponseId, WrongReasons Reasons, string Input, string Answer, string Proposed)
{
    public required string DeploymentName { get; init; }

    public required string ModelName { get; init; }

    public string Comment { get; init; } = "";

    public required DateTime CalledAt { get; init; }

    public required DateTime ExpiresAt { get; init; }
}

internal sealed class TrafficDraftMapping : IEntityTypeConfiguration<TrafficDraft>
{
    public void Configure(EntityTypeBuilder<TrafficDraft> builder)
    {
        builder.HasPublicId("tdr");
        builder.Property(d => d.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.ResponseId).HasMaxLength(PublicId.MaxLength);
        builder.Property(d => d.DeploymentName).HasMaxLength(TrafficDraft.NameLength);
        builder.Property(d => d.ModelName).HasMaxLength(TrafficDraft.NameLength);
        builder.Property(d => d.Reasons).HasMaxLength(60);
        builder.Property(d => d.Input).HasMaxLength(Mapping.LongText);
        builder.Property(d => d.Answer).HasMaxLength(Mapping.LongText);
        builder.Property(d => d.Output).HasMaxLength(Mapping.LongText);
        builder.Property(d => d.Comment).HasMaxLength(TrafficDraft.CommentLength);
        builder.Property(d => d.TakenByName).HasMaxLength(200);
        builder.Property(d => d.SettledByName).HasMaxLength(200);
        builder.Property(d => d.Note).HasMaxLength(400);
        builder.Property(d => d.ImportId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<TrafficDraft, Project>(nameof(TrafficDraft.ProjectId));
        builder.BelongsTo<TrafficDraft, DatasetImport>(nameof(TrafficDraft.ImportId));
        // A call is taken once, by however many presses on however many nodes.
        builder.HasIndex(d => new { d.TenantId, d.ResponseId }).IsUnique();
        builder.HasIndex(d => new { d.TenantId, d.ProjectId, d.State });
        builder.HasIndex(d => d.ExpiresAt);
    }
}
