using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Monitor;

/// <summary>What an organisation has said about keeping texts, who said it, and how many there are.</summary>
public sealed record KeepingState(KeepingChoice Choice, string ByName, DateTime? ChangedAt, int Kept);

/// <summary>An organisation's word on keeping what is asked and answered. Taking it back removes what was kept.</summary>
public sealed class TextKeepingService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TimeProvider time)
{
    public bool MayChange => current.May(Permission.ManagePrivacy);

    public async Task<KeepingState> ReadAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var keeping = await db.TextKeepings.AsNoTracking().SingleOrDefaultAsync(ct);
        var kept = await db.StoredCalls.CountAsync(ct) + await db.TrafficDrafts.CountAsync(d => d.ExpiresAt != null, ct);
        return keeping is null ? new KeepingState(KeepingChoice.Off, "", null, kept)
            : new KeepingState(keeping.ToChoice(), keeping.ChangedByName, keeping.ChangedAt, kept);
    }

    public async Task SaveAsync(KeepingChoice choice, CancellationToken ct)
    {
        current.Require(Permission.ManagePrivacy);
        choice.Require();
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var keeping = await db.TextKeepings.SingleOrDefaultAsync(ct) ?? db.TextKeepings.Add(new TextKeeping()).Entity;
        var now = time.GetUtcNow().UtcDateTime;
        keeping.Set(choice, current.UserName, now);
        db.Audit(choice.IsOn ? "texts.kept" : "texts.not-kept", new AuditTarget("organization", db.TenantId, ""),
            choice.IsOn ? string.Create(CultureInfo.InvariantCulture, $"{choice.SharePercent} of 100 calls, for {choice.Days} days, personal data redacted") : "What was kept is removed.");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            throw new PortalException("Somebody else has just changed this. Load the page again, then decide.");
        }

        if (choice.IsOn)
        {
            // A shorter time holds for what is there already.
            var latest = now.AddDays(choice.Days);
            await db.StoredCalls.Where(c => c.ExpiresAt > latest).ExecuteUpdateAsync(set => set.SetProperty(c => c.ExpiresAt, latest), ct);
            await db.AnswerFeedback.Where(f => f.TextExpiresAt > latest).ExecuteUpdateAsync(set => set.SetProperty(f => f.TextExpiresAt, latest), ct);
            await db.TrafficDrafts.Where(d => d.ExpiresAt > latest).ExecuteUpdateAsync(set => set.SetProperty(d => d.ExpiresAt, latest), ct);
        }
        else
        {
            await db.AnswerFeedback.Where(f => f.Comment != "" || f.Correction != "" || f.TextExpiresAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(f => f.Comment, "").SetProperty(f => f.Correction, "").SetProperty(f => f.TextExpiresAt, (DateTime?)null), ct);
            await db.StoredCalls.ExecuteDeleteAsync(ct);
            await db.TrafficDrafts.Where(d => d.ExpiresAt != null).ExecuteDeleteAsync(ct);
        }

        await transaction.CommitAsync(ct);
    }
}
