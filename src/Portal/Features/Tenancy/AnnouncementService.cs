using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>An announcement as somebody wrote it.</summary>
public sealed record AnnouncementDraft(AnnouncementSeverity Severity, string Text, AnnouncementAudience Audience, DateTime From, DateTime Until);

/// <summary>Announcements are made in the scope of the platform's own log, and dismissed by whoever reads them.</summary>
public sealed class AnnouncementService(IDbContextFactory<PortalDbContext> dbs, TenantScope scope, TimeProvider time)
{
    private const int Shown = 50;

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The newest; what still holds comes first, so that there is none that cannot be withdrawn.</summary>
    public async Task<IReadOnlyList<Announcement>> ListAsync(CancellationToken ct)
    {
        RequirePlatform();
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Announcements.AsNoTracking().OrderByDescending(a => a.WithdrawnAt == null && a.UntilAt > now).ThenByDescending(a => a.CreatedAt).ThenByDescending(a => a.Id).Take(Shown).ToListAsync(ct);
    }

    public async Task PublishAsync(AnnouncementDraft draft, CancellationToken ct)
    {
        RequirePlatform();
        var (text, now) = (string.Join(' ', draft.Text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), Now);
        if (text.Length is < Announcement.TextMinimum or > Announcement.TextLength)
        {
            throw new PortalException($"Write {Announcement.TextMinimum} to {Announcement.TextLength} characters: it stands above every page.");
        }

        if (draft.Until <= draft.From || draft.Until <= now || draft.Until - draft.From > Announcement.Longest)
        {
            throw new PortalException($"It must end after it begins, in the future, and within {Announcement.Longest.TotalDays:0} days.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var announcement = new Announcement
        {
            Severity = draft.Severity, Text = text, Audience = draft.Audience, FromAt = draft.From, UntilAt = draft.Until, CreatedAt = now, ByName = db.Actor.Name,
        };
        db.Announcements.Add(announcement);
        db.Audit("announcement.published", announcement.AsTarget(), $"{draft.Severity} for {draft.Audience}, {draft.From:yyyy-MM-dd HH:mm} to {draft.Until:yyyy-MM-dd HH:mm} UTC: {text}");
        await db.SaveChangesAsync(ct);
    }

    public async Task WithdrawAsync(string announcementId, CancellationToken ct)
    {
        RequirePlatform();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var announcement = await db.Announcements.SingleOrDefaultAsync(a => a.Id == announcementId, ct) ?? throw new NotFoundException("announcement");
        if (announcement.WithdrawnAt is not null || announcement.UntilAt <= Now)
        {
            throw new PortalException("It is not shown any more. Load the page again.");
        }

        announcement.Withdraw(Now);
        db.Audit("announcement.withdrawn", announcement.AsTarget());
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            // Another admin has withdrawn it, and said so in the log.
        }
    }

    /// <summary>What this person does not want to see again.</summary>
    public async Task<IReadOnlySet<string>> DismissedAsync(string userId, CancellationToken ct)
    {
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var standing = db.Announcements.Where(a => a.UntilAt > now);
        return (await db.AnnouncementDismissals.Where(d => d.UserId == userId && standing.Any(a => a.Id == d.AnnouncementId)).Select(d => d.AnnouncementId).ToListAsync(ct)).ToHashSet();
    }

    public async Task DismissAsync(string userId, string announcementId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.AnnouncementDismissals.Add(new AnnouncementDismissal { UserId = userId, AnnouncementId = announcementId, At = Now });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (!ct.IsCancellationRequested)
        {
            // Another page of theirs was quicker, or it is gone: it is not shown here either way.
        }
    }

    private void RequirePlatform()
    {
        if (!scope.IsSet || scope.IsPlatform || scope.TenantId is not PlatformLog.Id)
        {
            throw new InvalidOperationException("Only the platform announces.");
        }
    }
}
