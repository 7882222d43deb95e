using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What a verified sign-in knows when its session begins.</summary>
public sealed record SessionStart(string UserId, string Issuer, string? ProviderTenantId, string ProviderSid, string IdToken, string Address, string UserAgent);

/// <summary>A session that stands, with its person as they are now.</summary>
public sealed record ActiveSession(string Id, string UserId, string Name, string Email, bool IsPlatformAdmin, string? ProviderTenantId);

public sealed record SessionRow(string Id, string Address, string UserAgent, string Issuer, DateTime CreatedAt, DateTime LastSeenAt, DateTime ExpiresAt);

public sealed class SessionService(IDbContextFactory<PortalDbContext> dbs, IOptions<SignInOptions> options, IDataProtectionProvider protection, TimeProvider time)
{
    // Larger ones would cost more to keep than a sign-out without a hint.
    private const int IdTokenLength = 16_384;

    private static readonly TimeSpan s_seenEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);

    private readonly IDataProtector _idTokens = protection.CreateProtector("Portal.Sessions.IdToken");

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>Begins a session under a new key; it is the cookie's and cannot be had again.</summary>
    public async Task<string> OpenAsync(SessionStart start, CancellationToken ct)
    {
        var now = Now;
        var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var idToken = start.IdToken.Length is > 0 and <= IdTokenLength ? _idTokens.Protect(start.IdToken) : "";
        await using var db = await dbs.CreateDbContextAsync(ct);
        // What is long over goes with the next sign-in of the same person: no timer is needed for it.
        var old = now - s_keptFor;
        await db.SignInSessions.Where(s => s.UserId == start.UserId && (s.ExpiresAt < old || s.EndedAt < old)).ExecuteDeleteAsync(ct);
        db.SignInSessions.Add(SignInSession.Begin(start, HashOf(key), idToken, now, options.Value.SessionLength));
        await db.SaveChangesAsync(ct);
        return key;
    }

    /// <summary>Null alike for a key that never was, one that ended, and one that was idle too long.</summary>
    public async Task<ActiveSession?> FindAsync(string key, CancellationToken ct)
    {
        var (hash, now) = (HashOf(key), Now);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await (
            from session in Standing(db, now)
            join user in db.Users on session.UserId equals user.Id
            where session.KeyHash == hash
            select new
            {
                session.LastSeenAt,
                // An organisation's own provider speaks for that organisation, never for the platform.
                Active = new ActiveSession(session.Id, user.Id, user.Name, user.Email, user.IsPlatformAdmin && session.ProviderTenantId == null, session.ProviderTenantId),
            }).SingleOrDefaultAsync(ct);
        if (found is not null && now - found.LastSeenAt > s_seenEvery)
        {
            await SeenAsync(db, found.Active.Id, now, ct);
        }

        return found?.Active;
    }

    /// <summary>Whether it still stands. Work that an open page reported since the last time keeps it from growing idle.</summary>
    public async Task<bool> BeatAsync(string sessionId, bool wasActive, CancellationToken ct)
    {
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        var stands = await Standing(db, now).AnyAsync(s => s.Id == sessionId, ct);
        if (stands && wasActive)
        {
            await SeenAsync(db, sessionId, now, ct);
        }

        return stands;
    }

    /// <summary>Whose session it is, if it stands and they administrate the platform now, whatever they did when it began.</summary>
    public async Task<ActiveSession?> FindAdminAsync(string sessionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await (
            from session in Standing(db, Now)
            join user in db.Users on session.UserId equals user.Id
            where session.Id == sessionId && session.ProviderTenantId == null && user.IsPlatformAdmin
            select new ActiveSession(session.Id, user.Id, user.Name, user.Email, true, null)).SingleOrDefaultAsync(ct);
    }

    public async Task<IReadOnlyList<SessionRow>> ListAsync(string userId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await Standing(db, Now).Where(s => s.UserId == userId).OrderByDescending(s => s.LastSeenAt).Take(100)
            .Select(s => new SessionRow(s.Id, s.Address, s.UserAgent, s.Issuer, s.CreatedAt, s.LastSeenAt, s.ExpiresAt)).ToListAsync(ct);
    }

    /// <summary>Another person's session is as good as one that never was: nothing happens.</summary>
    public async Task EndAsync(string userId, string sessionId, CancellationToken ct)
    {
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await db.SignInSessions.Where(s => s.Id == sessionId && s.UserId == userId && s.EndedAt == null)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), ct);
    }

    /// <returns>How many ended.</returns>
    public async Task<int> EndOthersAsync(string userId, string currentSessionId, CancellationToken ct)
    {
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await Standing(db, now).Where(s => s.UserId == userId && s.Id != currentSessionId).ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), ct);
    }

    /// <summary>
    /// The provider said so: the one session it names, or all it ever began for this person. False when the same message was
    /// acted on before.
    /// </summary>
    public async Task<bool> EndByProviderAsync(string issuer, string? providerTenantId, string subject, string sid, string tokenId, DateTime tokenExpiresAt, CancellationToken ct)
    {
        var (now, spent) = (Now, HashOf($"{issuer}\n{tokenId}"));
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.SpentTokens.AnyAsync(t => t.Hash == spent, ct))
        {
            return false;
        }

        await db.SpentTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(ct);
        var meant = db.SignInSessions.Where(s => s.EndedAt == null && s.Issuer == issuer && s.ProviderTenantId == providerTenantId);
        meant = sid is "" ? meant : meant.Where(s => s.ProviderSid == sid);
        var users = db.Users;
        meant = subject is "" ? meant : meant.Where(s => users.Any(u => u.Id == s.UserId && u.Issuer == issuer && u.Subject == subject));
        await meant.ExecuteUpdateAsync(s => s.SetProperty(x => x.EndedAt, now), ct);
        db.SpentTokens.Add(new SpentToken { Hash = spent, ExpiresAt = tokenExpiresAt });
        await db.SaveChangesAsync(ct);
        return true;
    }

    /// <summary>What the provider needs to end its side, and whose provider it is.</summary>
    public async Task<(string IdToken, string? ProviderTenantId)> FarewellAsync(string sessionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await db.SignInSessions.AsNoTracking().Where(s => s.Id == sessionId).Select(s => new { s.ProtectedIdToken, s.ProviderTenantId }).SingleOrDefaultAsync(ct);
        try
        {
            return (found is { ProtectedIdToken.Length: > 0 } ? _idTokens.Unprotect(found.ProtectedIdToken) : "", found?.ProviderTenantId);
        }
        catch (CryptographicException)
        {
            // The key it was protected with is gone: signing out works without the hint.
            return ("", found?.ProviderTenantId);
        }
    }

    internal static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private IQueryable<SignInSession> Standing(PortalDbContext db, DateTime now)
    {
        var idleSince = now - options.Value.IdleLength;
        return db.SignInSessions.Where(s => s.EndedAt == null && s.ExpiresAt > now && s.LastSeenAt > idleSince);
    }

    private static Task SeenAsync(PortalDbContext db, string sessionId, DateTime now, CancellationToken ct) =>
        db.SignInSessions.Where(s => s.Id == sessionId && s.LastSeenAt < now).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), ct);
}
