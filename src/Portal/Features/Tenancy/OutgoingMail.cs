using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum MailState
{
    Waiting,
    Sent,
    Withdrawn,
    GivenUp,
}

/// <summary>
/// A mail on its way: saved with the act it tells of, sent afterwards, tried again while the server is away. Its text may hold a
/// secret, so it is encrypted here and gone once it need not be sent any more.
/// </summary>
public sealed class OutgoingMail : TenantOwned, IVersioned
{
    public const int ProblemLength = 400;

    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMinutes(30);

    public required string Recipient { get; init; }

    public required string Subject { get; init; }

    public string ProtectedText { get; private set; } = "";

    public required DateTime CreatedAt { get; init; }

    /// <summary>Afterwards nobody wants it any more.</summary>
    public required DateTime ExpiresAt { get; init; }

    public DateTime NextAttemptAt { get; private set; }

    public MailState State { get; private set; }

    public int Attempts { get; private set; }

    public DateTime? SentAt { get; private set; }

    /// <summary>Why the last attempt failed.</summary>
    public string Problem { get; private set; } = "";

    public long Version { get; private set; }

    public static OutgoingMail Write(string recipient, string subject, string protectedText, DateTime now, DateTime expiresAt) => new()
    {
        Recipient = recipient,
        Subject = subject,
        ProtectedText = protectedText,
        CreatedAt = now,
        ExpiresAt = expiresAt,
        NextAttemptAt = now + LostWork.Grace,
    };

    /// <summary>Whoever saves this first sends it; one that is killed then leaves it to the next after the lease.</summary>
    public bool TryBegin(DateTime now)
    {
        // A moment early is on time: the wake-up that follows the save comes before the sweep is due.
        if (State is not MailState.Waiting || (Attempts > 0 && now < NextAttemptAt))
        {
            return false;
        }

        if (now >= ExpiresAt)
        {
            End(MailState.GivenUp);
            return true;
        }

        (Attempts, NextAttemptAt) = (Attempts + 1, now + s_lease);
        return true;
    }

    public void Sent(DateTime now)
    {
        (SentAt, Problem) = (now, "");
        End(MailState.Sent);
    }

    /// <summary>Tried again after 15 seconds, then ever later, at the least every half hour.</summary>
    public void Failed(string problem, DateTime now)
    {
        Problem = problem.Length <= ProblemLength ? problem : problem[..ProblemLength];
        var pause = TimeSpan.FromSeconds(15 * Math.Pow(2, Math.Min(Attempts - 1, 8)));
        NextAttemptAt = now + (pause < s_longestPause ? pause : s_longestPause);
    }

    /// <summary>Without waiting out a long pause. False where it is due within moments anyhow: somebody may be sending it now.</summary>
    public bool TryHurry(DateTime now)
    {
        var canHurry = State is MailState.Waiting && NextAttemptAt > now + s_lease;
        NextAttemptAt = canHurry ? now : NextAttemptAt;
        return canHurry;
    }

    public void GiveUp(string problem)
    {
        Problem = problem;
        End(MailState.GivenUp);
    }

    /// <summary>What it tells of no longer holds. Nothing happens to one that has gone.</summary>
    public void Withdraw()
    {
        if (State is MailState.Waiting)
        {
            End(MailState.Withdrawn);
        }
    }

    private void End(MailState state) => (State, ProtectedText) = (state, "");
}

internal sealed class OutgoingMailMapping : IEntityTypeConfiguration<OutgoingMail>
{
    public void Configure(EntityTypeBuilder<OutgoingMail> builder)
    {
        builder.HasPublicId("mail");
        builder.Property(m => m.Recipient).HasMaxLength(320);
        builder.Property(m => m.Subject).HasMaxLength(400);
        builder.Property(m => m.ProtectedText).HasMaxLength(Mapping.LongText);
        builder.Property(m => m.Problem).HasMaxLength(OutgoingMail.ProblemLength);
        builder.HasIndex(m => new { m.State, m.NextAttemptAt });
    }
}

public static class MailTables
{
    extension(PortalDbContext db)
    {
        public DbSet<OutgoingMail> OutgoingMails => db.Set<OutgoingMail>();
    }
}
