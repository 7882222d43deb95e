using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Features.Define;
using Portal.Features.Deploy;
using Portal.Persistence;
using Endpoint = Portal.Features.Deploy.Endpoint;

namespace Portal.Features.Monitor;

public enum SliceGrain
{
    FiveMinutes,
    Hour,
    Day,

    /// <summary>
    /// Of the five minutes that are under way what no call can be added to any more, kept so that it is not read again. From is where the rest
    /// begins. It is contained in FiveMinutes, and for the worker alone.
    /// </summary>
    Settled,
}

/// <summary>The figures of one deployment by one key over five minutes, an hour or a day, UTC: added up once, so that a million calls are read as a few rows.</summary>
public sealed class TrafficSlice : TenantOwned
{
    public static readonly TimeSpan Fine = TimeSpan.FromMinutes(5);

    private Figures? _figures;

    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    public required string DeploymentId { get; init; }

    /// <summary>Empty where a call came without a key of the organisation's own.</summary>
    public required string CallerId { get; init; }

    public required SliceGrain Grain { get; init; }

    public required DateTime From { get; init; }

    public required long Calls { get; init; }

    public required long Errors { get; init; }

    public required long InputTokens { get; init; }

    public required long OutputTokens { get; init; }

    public required long AmountMicros { get; init; }

    public required string FiguresJson { get; init; }

    public static TrafficSlice Of(TrafficCursor cursor, (string DeploymentId, string CallerId) place, SliceGrain grain, DateTime from, TrafficTally tally) => new()
    {
        ProjectId = cursor.ProjectId, EndpointId = cursor.EndpointId, DeploymentId = place.DeploymentId, CallerId = place.CallerId, Grain = grain, From = from,
        Calls = tally.Calls, Errors = tally.Errors, InputTokens = tally.InputTokens, OutputTokens = tally.OutputTokens, AmountMicros = tally.AmountMicros,
        FiguresJson = tally.ToFigures().ToStored(),
    };

    /// <summary>The beginning of the stretch of that length which a time falls into.</summary>
    public static DateTime StartOf(DateTime at, TimeSpan length) => new(at.Ticks - (at.Ticks % length.Ticks), DateTimeKind.Utc);

    public static DateTime FineStart(DateTime at) => StartOf(at, Fine);

    public static DateTime HourStart(DateTime at) => StartOf(at, TimeSpan.FromHours(1));

    public static DateTime DayStart(DateTime at) => StartOf(at, TimeSpan.FromDays(1));

    /// <summary>Read once, however many sums the slice is part of.</summary>
    public Figures ReadFigures() => _figures ??= Figures.Parse(FiguresJson);
}

/// <summary>How far the calls of an endpoint have been added up. What came before it does not change any more.</summary>
public sealed class TrafficCursor : TenantOwned, IVersioned
{
    public required string ProjectId { get; init; }

    public required string EndpointId { get; init; }

    /// <summary>The beginning of the slice that is added up next, or again.</summary>
    public DateTime From { get; private set; }

    public DateTime NextAt { get; private set; }

    public long Version { get; private set; }

    public static TrafficCursor Of(Endpoint endpoint, DateTime from) => new() { ProjectId = endpoint.ProjectId, EndpointId = endpoint.Id, From = from };

    public void Advance(DateTime from) => From = from > From ? from : From;

    public void RestUntil(DateTime at) => NextAt = at;
}

/// <summary>The mix of a version's training rows, which calls are compared with. A version never changes, so it is counted once.</summary>
public sealed class DriftBaseline : TenantOwned
{
    public required string ProjectId { get; init; }

    public required string VersionId { get; init; }

    public required long Examples { get; init; }

    public required string FiguresJson { get; init; }
}

internal sealed class TrafficSliceMapping : IEntityTypeConfiguration<TrafficSlice>
{
    public void Configure(EntityTypeBuilder<TrafficSlice> builder)
    {
        builder.HasPublicId("slc");
        builder.Property(s => s.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.DeploymentId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.CallerId).HasMaxLength(PublicId.MaxLength);
        builder.Property(s => s.FiguresJson).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<TrafficSlice, Project>(nameof(TrafficSlice.ProjectId));
        builder.BelongsTo<TrafficSlice, Endpoint>(nameof(TrafficSlice.EndpointId));
        builder.BelongsTo<TrafficSlice, Deployment>(nameof(TrafficSlice.DeploymentId));
        builder.HasIndex(s => new { s.TenantId, s.EndpointId, s.Grain, s.From, s.DeploymentId, s.CallerId }).IsUnique();
    }
}

internal sealed class TrafficCursorMapping : IEntityTypeConfiguration<TrafficCursor>
{
    public void Configure(EntityTypeBuilder<TrafficCursor> builder)
    {
        builder.HasPublicId("tcr");
        builder.Property(c => c.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(c => c.EndpointId).HasMaxLength(PublicId.MaxLength);
        builder.BelongsTo<TrafficCursor, Project>(nameof(TrafficCursor.ProjectId));
        builder.BelongsTo<TrafficCursor, Endpoint>(nameof(TrafficCursor.EndpointId));
        builder.HasIndex(c => new { c.TenantId, c.EndpointId }).IsUnique();
    }
}

internal sealed class DriftBaselineMapping : IEntityTypeConfiguration<DriftBaseline>
{
    public void Configure(EntityTypeBuilder<DriftBaseline> builder)
    {
        builder.HasPublicId("bsl");
        builder.Property(b => b.ProjectId).HasMaxLength(PublicId.MaxLength);
        builder.Property(b => b.VersionId).HasMaxLength(PublicId.MaxLength);
        builder.Property(b => b.FiguresJson).HasMaxLength(Mapping.LongText);
        builder.BelongsTo<DriftBaseline, Project>(nameof(DriftBaseline.ProjectId));
        builder.BelongsTo<DriftBaseline, Data.DatasetVersion>(nameof(DriftBaseline.VersionId));
        builder.HasIndex(b => new { b.TenantId, b.VersionId }).IsUnique();
    }
}

public static class MonitorTables
{
    extension(PortalDbContext db)
    {
        public DbSet<TextKeeping> TextKeepings => db.Set<TextKeeping>();

        public DbSet<StoredCall> StoredCalls => db.Set<StoredCall>();

        public DbSet<CallTrait> CallTraits => db.Set<CallTrait>();

        public DbSet<AnswerFeedback> AnswerFeedback => db.Set<AnswerFeedback>();

        public DbSet<TrafficSlice> TrafficSlices => db.Set<TrafficSlice>();

        public DbSet<TrafficCursor> TrafficCursors => db.Set<TrafficCursor>();

        public DbSet<DriftBaseline> DriftBaselines => db.Set<DriftBaseline>();

        public DbSet<RetuneProposal> RetuneProposals => db.Set<RetuneProposal>();

        public DbSet<RetuneWatch> RetuneWatches => db.Set<RetuneWatch>();

        public DbSet<RetuneSchedule> RetuneSchedules => db.Set<RetuneSchedule>();
    }
}
