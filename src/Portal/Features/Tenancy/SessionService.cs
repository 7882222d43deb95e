using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>What a verified sign-in knows when its session begins.</summary>
public sealed record SessionStart(string UserId, string Issuer, string? ProviderTenantId, string? ProviderId, string ProviderSid, string IdToken, string Address, string UserAgent);

/// <summary>A session that stands, with its person as they are now.</summary>
public sealed record ActiveSession(string Id, string UserId, string Name, string Email, bool IsPlatformAdmin, string? ProviderTenantId);

public sealed record SessionRow(string Id, string Address, string UserAgent, string Issuer, DateTime CreatedAt, DateTime LastSeenAt, DateTime ExpiresAt);

public sealed class SessionService(
    IDbContextFactory<PortalDbContext> dbs, IOptions<SignInOptions> options, IDataProtectionProvider protection, IBackgroundJobClient jobs, TimeProvider time)
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
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // The row is held until the end: whoever switches the provider off meanwhile waits, and then sees this session.
        if (start.ProviderId is { } id && await db.IdentityProviderIndex.Where(i => i.ProviderId == id).ExecuteUpdateAsync(i => i.SetProperty(x => x.LastUsedAt, now), ct) is 0)
        {
            throw new SignInException(SignInProblem.NotFound, "The provider was switched off while somebody signed in with it.");
        }

        // What is long over goes with the next sign-in of the same person: no timer is needed for it.
        var old = now - s_keptFor;
        await db.SignInSessions.Where(s => s.UserId == start.UserId && (s.ExpiresAt < old || s.EndedAt < old)).ExecuteDeleteAsync(ct);
        var session = SignInSession.Begin(start, HashOf(key), idToken, now, options.Value.SessionLength);
        db.SignInSessions.Add(session);
        var name = await db.Users.Where(u => u.Id == start.UserId).Select(u => u.Name).SingleAsync(ct);
        var told = await db.TellAsync(new SessionPerson(start.UserId, name, start.ProviderTenantId, start.Address), "session.began",
            SessionActs.TargetOf(session.Id, start.UserAgent), $"Identity provider: {start.Issuer}.", AuditOutcome.Done, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Wake(told);
        return key;
    }

    /// <summary>
    /// An answer at the address of an organisation's own provider that could not be believed: nobody is named by it, and the organisation
    /// wants to know that its provider is badly set up, or that somebody tries.
    /// </summary>
    internal async Task UntrustedAsync(LiveProvider live, string address, SignInProblem problem, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var act = db.SessionActs.Add(new SessionAct
        {
            TellTenantId = live.TenantId, Action = "session.refused", Outcome = AuditOutcome.Denied, ActorUserId = "", ActorName = "Somebody unknown", Address = address,
            TargetKind = "identity provider", SubjectId = live.ProviderId, TargetName = live.Issuer, Details = $"{SignInWords.Of(problem).Title}. The answer could not be believed, so it names nobody.", At = Now,
        }).Entity;
        await db.SaveChangesAsync(ct);
        Wake([new OwnedId(act.TellTenantId, act.Id)]);
    }

    /// <summary>A sign-in that was refused although the provider's own signature says who it is: their organisations want to know.</summary>
    internal async Task RefusedAsync(string issuer, string subject, string? providerTenantId, string address, SignInProblem problem, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Issuer == issuer && u.Subject == subject, ct) is { } user)
        {
            var told = await db.TellAsync(new SessionPerson(user.Id, user.Name, providerTenantId, address), "session.refused",
                new AuditTarget("identity provider", "", issuer), $"{SignInWords.Of(problem).Title}.", AuditOutcome.Denied, ct);
            await db.SaveChangesAsync(ct);
            Wake(told);
        }
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
    public Task EndAsync(string userId, string sessionId, CancellationToken ct) => EndAsync(userId, sessionId, SessionEnd.FromAnotherDevice, ct);

    internal Task EndAsync(string userId, string sessionId, SessionEnd why, CancellationToken ct) =>
        EndAsync(db => db.SignInSessions.Where(s => s.Id == sessionId && s.UserId == userId), why, ct);

    /// <returns>How many ended.</returns>
    public Task<int> EndOthersAsync(string userId, string currentSessionId, CancellationToken ct)
    {
        var now = Now;
        return EndAsync(db => Standing(db, now).Where(s => s.UserId == userId && s.Id != currentSessionId), SessionEnd.FromAnotherDevice, ct);
    }

    /// <summary>
    /// The provider said so: the one session it names, or all it ever began for this person. False when the same message was
    /// acted on before.
    /// </summary>
    public async Task<bool> EndByProviderAsync(string issuer, string? providerId, string subject, string sid, string tokenId, DateTime tokenExpiresAt, CancellationToken ct)
    {
        var (now, spent) = (Now, HashOf($"{issuer}\n{tokenId}"));
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.SpentTokens.AnyAsync(t => t.Hash == spent, ct))
        {
            return false;
        }

        await db.SpentTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(ct);
        var meant = db.SignInSessions.Where(s => s.Issuer == issuer && s.ProviderId == providerId);
        meant = sid is "" ? meant : meant.Where(s => s.ProviderSid == sid);
        var users = db.Users;
        meant = subject is "" ? meant : meant.Where(s => users.Any(u => u.Id == s.UserId && u.Issuer == issuer && u.Subject == subject));
        var (_, told) = await db.EndSessionsAsync(meant, SessionEnd.ByProvider, ct);
        db.SpentTokens.Add(new SpentToken { Hash = spent, ExpiresAt = tokenExpiresAt });
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Wake(told);
        return true;
    }

    /// <summary>What the provider needs to end its side, and whose provider it is.</summary>
    public async Task<(string IdToken, string? ProviderId)> FarewellAsync(string sessionId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await db.SignInSessions.AsNoTracking().Where(s => s.Id == sessionId).Select(s => new { s.ProtectedIdToken, s.ProviderId }).SingleOrDefaultAsync(ct);
        try
        {
            return (found is { ProtectedIdToken.Length: > 0 } ? _idTokens.Unprotect(found.ProtectedIdToken) : "", found?.ProviderId);
        }
        catch (CryptographicException)
        {
            // The key it was protected with is gone: signing out works without the hint.
            return ("", found?.ProviderId);
        }
    }

    /// <summary>The sweep finds what is lost between the save and this.</summary>
    internal void Wake(IReadOnlyList<OwnedId> acts)
    {
        foreach (var act in acts)
        {
            jobs.Enqueue<SessionActWorker>(w => w.RunAsync(act.TenantId, act.Id, CancellationToken.None));
        }
    }

    private async Task<int> EndAsync(Func<PortalDbContext, IQueryable<SignInSession>> meant, SessionEnd why, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (count, told) = await db.EndSessionsAsync(meant(db), why, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        Wake(told);
        return count;
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
