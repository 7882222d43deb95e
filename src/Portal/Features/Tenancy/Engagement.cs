using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum EngagementState
{
    Requested,
    Approved,
    Declined,
    Ended,
}

public enum EngagementSide
{
    Consultancy,
    Client,
}

/// <summary>What a client grants: verbs, projects (null is all of them) and dates. Raw rows are a verb like the others, and never implied.</summary>
public sealed record EngagementGrant(IReadOnlyCollection<Permission> Permissions, IReadOnlyCollection<string>? ProjectIds, DateTime StartsAt, DateTime EndsAt);

/// <summary>
/// A consultancy's approved, scoped, dated access to one client. Global, because it decides who may enter which organisation;
/// read only through <see cref="EngagementService"/> and <see cref="TenancyService"/>.
/// </summary>
public sealed class Engagement : IVersioned
{
    public const int NoteLength = 500;
    public const int MostConsultants = 50;
    public const int MostProjects = 80;

    /// <summary>A request that nobody answered this long counts as unanswered for good.</summary>
    public static readonly TimeSpan AnsweredWithin = TimeSpan.FromDays(30);

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    public string Id { get; private set; } = "";

    /// <summary>Null where a client asked under a name that no consultancy has.</summary>
    public string? ConsultancyId { get; init; }

    /// <summary>Null where a consultancy asked under a name that no client has: to the asker it looks as one that never answers.</summary>
    public string? ClientId { get; init; }

    public EngagementSide AskedBy { get; init; }

    /// <summary>The name in addresses that the asker typed; until the approval it is all that the asker knows of the other.</summary>
    public required string AskedSlug { get; init; }

    public string AskedByName { get; init; } = "";

    public DateTime AskedAt { get; init; }

    public string Note { get; init; } = "";

    public EngagementState State { get; private set; }

    public string PermissionList { get; private set; } = "";

    public string? ProjectList { get; private set; }

    public string ConsultantList { get; private set; } = "";

    public DateTime StartsAt { get; private set; }

    public DateTime EndsAt { get; private set; }

    /// <summary>The client's owner who granted it.</summary>
    public string ApprovedByUserId { get; private set; } = "";

    public string ApprovedByName { get; private set; } = "";

    public DateTime? ApprovedAt { get; private set; }

    public DateTime? EndedAt { get; private set; }

    public string EndedByName { get; private set; } = "";

    public long Version { get; private set; }

    public IReadOnlySet<Permission> Permissions =>
        Split(PermissionList).Select(Enum.Parse<Permission>).Where(Tenancy.Permissions.ForConsultants.Contains).ToHashSet();

    public IReadOnlyList<string>? ProjectIds => ProjectList is null ? null : Split(ProjectList);

    public IReadOnlyList<string> ConsultantIds => Split(ConsultantList);

    public EngagementGrant Grant => new(Permissions, ProjectIds, StartsAt, EndsAt);

    public bool IsRunning(DateTime now) => State is EngagementState.Approved && StartsAt <= now && now < EndsAt;

    public bool IsOpenRequest(DateTime now) => State is EngagementState.Requested && now < AskedAt + AnsweredWithin;

    /// <summary>To the asker a refusal, and a name that nobody has, look as a request that waits.</summary>
    public bool LooksOpen(DateTime now) => State is EngagementState.Requested or EngagementState.Declined && now < AskedAt + AnsweredWithin;

    public bool Admits(string userId, DateTime now) => IsRunning(now) && ConsultantIds.Contains(userId);

    /// <summary>What is asked for. Only the client's side can turn it into something granted.</summary>
    public void Ask(EngagementGrant grant, DateTime now) => Take(grant, now);

    /// <summary>By the client's owner: with what the owner grants, which need not be what was asked for.</summary>
    public void Approve(EngagementGrant grant, string userId, string userName, DateTime now)
    {
        RequireAnswerable(EngagementSide.Client, now);
        if (ConsultantIds.Count is 0)
        {
            throw new PortalException("The request names no consultant. Ask the consultancy to send a new one.");
        }

        Take(grant, now);
        (ApprovedByUserId, ApprovedByName) = (userId, userName);
        (State, ApprovedAt) = (EngagementState.Approved, now);
    }

    /// <summary>A client's owner who asks has approved by asking; it runs once the consultancy has accepted and said who comes.</summary>
    public void ApprovedInAdvance(string userId, string userName) => (ApprovedByUserId, ApprovedByName) = (userId, userName);

    public void Accept(IReadOnlyCollection<string> consultantIds, DateTime now)
    {
        RequireAnswerable(EngagementSide.Consultancy, now);
        if (EndsAt <= now)
        {
            throw new PortalException("The time the client offered is over. Ask for a new request.");
        }

        NameConsultants(consultantIds);
        (State, ApprovedAt) = (EngagementState.Approved, now);
    }

    public void Decline(EngagementSide by, string userName, DateTime now)
    {
        RequireAnswerable(by, now);
        (State, EndedAt, EndedByName) = (EngagementState.Declined, now, userName);
    }

    /// <summary>By the client's owner, who may widen and narrow.</summary>
    public void Change(EngagementGrant grant, string userId, string userName, DateTime now)
    {
        RequireApproved(now);
        Take(grant, now);
        (ApprovedByUserId, ApprovedByName) = (userId, userName);
    }

    /// <summary>Before the client's word; afterwards people can only be taken off, so that nobody enters whom the client did not see.</summary>
    public void NameConsultants(IReadOnlyCollection<string> userIds)
    {
        if (State is not EngagementState.Requested)
        {
            throw new PortalException("Who works for a client is fixed once it is approved. People can be taken off; for others, ask anew.");
        }

        if (userIds.Count is 0 or > MostConsultants)
        {
            throw new PortalException($"Name 1 to {MostConsultants} people who will work for the client.");
        }

        ConsultantList = Join(userIds);
    }

    public void TakeOff(string userId, DateTime now)
    {
        RequireApproved(now);
        if (ConsultantIds.Count is 1)
        {
            throw new PortalException("This is the last person of the engagement. End the engagement instead.");
        }

        ConsultantList = Join(ConsultantIds.Where(id => id != userId));
    }

    /// <summary>By either side, at any time; also takes back a request, whatever became of it.</summary>
    public void End(EngagementSide by, string userName, DateTime now)
    {
        if (State is EngagementState.Ended || (State is not EngagementState.Approved && by != AskedBy))
        {
            throw new PortalException("This engagement has ended already. Load the page again.");
        }

        (State, EndedAt, EndedByName) = (EngagementState.Ended, now, userName);
    }

    private void Take(EngagementGrant grant, DateTime now)
    {
        var permissions = grant.Permissions.Append(Permission.ViewProjects).Distinct().Order().ToList();
        if (permissions.FirstOrDefault(p => !Tenancy.Permissions.ForConsultants.Contains(p), Permission.ViewProjects) is var never and not Permission.ViewProjects)
        {
            throw new PortalException($"No consultancy can be allowed to {never.Words()}.");
        }

        if (permissions.Contains(Permission.ReviewRows) && !permissions.Contains(Permission.ReadRows))
        {
            throw new PortalException("Whoever reviews rows has to read them. Allow both, or neither.");
        }

        if (grant.ProjectIds is { Count: 0 or > MostProjects })
        {
            throw new PortalException($"Choose 1 to {MostProjects} projects, or all of them.");
        }

        if (grant.EndsAt <= grant.StartsAt || grant.EndsAt <= now || grant.EndsAt - grant.StartsAt > s_longest)
        {
            throw new PortalException("An engagement ends after it starts, in the future, and within a year. Choose another last day.");
        }

        (PermissionList, ProjectList) = (Join(permissions.Select(p => p.ToString())), grant.ProjectIds is { } ids ? Join(ids) : null);
        (StartsAt, EndsAt) = (grant.StartsAt, grant.EndsAt);
    }

    private void RequireAnswerable(EngagementSide by, DateTime now)
    {
        if (by == AskedBy || !IsOpenRequest(now))
        {
            throw new PortalException("This request has been answered, taken back, or has run out. Load the page again.");
        }
    }

    private void RequireApproved(DateTime now)
    {
        if (State is not EngagementState.Approved || EndsAt <= now)
        {
            throw new PortalException("This engagement has ended. Nothing was changed.");
        }
    }

    private static string Join(IEnumerable<string> values) => string.Join(',', values.Distinct().Order(StringComparer.Ordinal));

    private static string[] Split(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}

internal sealed class EngagementMapping : IEntityTypeConfiguration<Engagement>
{
    public void Configure(EntityTypeBuilder<Engagement> builder)
    {
        builder.Property(e => e.Id).HasIdOf("eng");
        builder.Property(e => e.ConsultancyId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.ClientId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.AskedSlug).HasMaxLength(60);
        builder.Property(e => e.AskedByName).HasMaxLength(200);
        builder.Property(e => e.Note).HasMaxLength(Engagement.NoteLength);
        builder.Property(e => e.PermissionList).HasMaxLength(1_000);
        builder.Property(e => e.ProjectList).HasMaxLength(4_000);
        builder.Property(e => e.ConsultantList).HasMaxLength(4_000);
        builder.Property(e => e.ApprovedByUserId).HasMaxLength(PublicId.MaxLength);
        builder.Property(e => e.ApprovedByName).HasMaxLength(200);
        builder.Property(e => e.EndedByName).HasMaxLength(200);
        builder.Ignore(e => e.Permissions).Ignore(e => e.ProjectIds).Ignore(e => e.ConsultantIds).Ignore(e => e.Grant);
        builder.HasIndex(e => new { e.ConsultancyId, e.State });
        builder.HasIndex(e => new { e.ClientId, e.State });
        builder.HasOne<Tenant>().WithMany().HasForeignKey(e => e.ConsultancyId);
        builder.HasOne<Tenant>().WithMany().HasForeignKey(e => e.ClientId);
    }
}

public static class EngagementTables
{
    extension(PortalDbContext db)
    {
        public DbSet<Engagement> Engagements => db.Set<Engagement>();

        public DbSet<EngagementAct> EngagementActs => db.Set<EngagementAct>();
    }
}
