using System.Security.Cryptography;
using System.Text;
using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>An erasure that waits, and whether the one who looks may let it begin at once.</summary>
/// <param name="WhyNotNow">Why this person may not; null where they may.</param>
public sealed record ErasureNotice(string Id, string AskedByName, DateTime AskedAt, DateTime DueAt, string? WhyNotNow);

/// <summary>A receipt as somebody who was an owner sees it; without a receipt yet, how far the erasure is.</summary>
public sealed record ReceiptView(OrganizationErasure Erasure, ErasureReceipt? Receipt);

public sealed class EraseService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, CurrentMember current, OwnerMail mail, IBackgroundJobClient jobs, IOptions<LeaveOptions> options, TimeProvider time)
{
    public bool IsAllowed => current.May(Permission.EraseOrganization);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    /// <summary>The erasure that is asked for; every member may know.</summary>
    public async Task<ErasureNotice?> FindAsync(CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.OrganizationErasures.AsNoTracking().SingleOrDefaultAsync(e => e.Slot == tenantId && e.State == ErasureState.Waiting, ct) is not { } erasure)
        {
            return null;
        }

        var name = await db.Users.Where(u => u.Id == erasure.AskedByUserId).Select(u => u.Name).SingleOrDefaultAsync(ct) ?? "";
        return new ErasureNotice(erasure.Id, name, erasure.AskedAt, erasure.DueAt, await WhyNotNowAsync(db, erasure, ct));
    }

    public async Task<bool> IsFreshAsync(string? sessionId, CancellationToken ct)
    {
        var (userId, since) = (current.UserId, Now - options.Value.FreshSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.SignInSessions.AnyAsync(s => s.Id == sessionId && s.UserId == userId && s.CreatedAt >= since && s.EndedAt == null, ct);
    }

    /// <returns>The erasure's id, by which its receipt is found.</returns>
    public async Task<string> AskAsync(string typedName, string? sessionId, CancellationToken ct)
    {
        current.Require(Permission.EraseOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await db.TakeMembersTurnAsync(ct);
        await db.RequireStillAsync(current, Permission.EraseOrganization, ct);
        var tenant = await RequireNameAsync(db, typedName, sessionId, ct);
        var tenantId = scope.TenantId;
        if (await db.OrganizationErasures.AnyAsync(e => e.Slot == tenantId, ct))
        {
            throw new PortalException("Somebody has asked for the erasure already. Load the page again.");
        }

        var erasure = OrganizationErasure.Of(tenantId, SlugHashOf(tenant.Slug), current.UserId, Now, Now + options.Value.CoolOff);
        db.OrganizationErasures.Add(erasure);
        db.Audit("erasure.asked", new AuditTarget("organization", tenantId, tenant.Name), $"Not before {erasure.DueAt:yyyy-MM-dd HH:mm} UTC");
        var letters = await mail.AddAsync(db, $"Erasure of {tenant.Name}", $"{current.UserName} has asked to erase {tenant.Name} from the portal, with everything in it. It begins on {erasure.DueAt:yyyy-MM-dd} at {erasure.DueAt:HH:mm} UTC. Until then every owner can take it back, on the page \"Your data\".", ct);
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
        mail.Wake(tenantId, letters);
        Wake(erasure);
        return erasure.Id;
    }

    public async Task CancelAsync(CancellationToken ct)
    {
        current.Require(Permission.EraseOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var (erasure, name) = await RequireWaitingAsync(db, ct);
        erasure.Cancel(Now);
        db.Audit("erasure.cancelled", new AuditTarget("organization", scope.TenantId, name));
        var letters = await mail.AddAsync(db, $"Erasure of {name}", $"{current.UserName} has taken back the erasure of {name}. Nothing was removed.", ct);
        await SaveAsync(db, ct);
        mail.Wake(erasure.TenantId, letters);
    }

    /// <summary>Without waiting: by a second owner, or by the only one. From here on nothing can be taken back.</summary>
    public async Task HurryAsync(string typedName, string? sessionId, CancellationToken ct)
    {
        current.Require(Permission.EraseOrganization);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var tenant = await RequireNameAsync(db, typedName, sessionId, ct);
        var (erasure, _) = await RequireWaitingAsync(db, ct);
        if (await WhyNotNowAsync(db, erasure, ct) is { } why)
        {
            throw new PortalException($"{why}.");
        }

        erasure.Hurry(Now);
        db.Audit("erasure.hurried", new AuditTarget("organization", scope.TenantId, tenant.Name));
        await SaveAsync(db, ct);
        Wake(erasure);
    }

    /// <summary>The erasures whose receipts somebody may read, newest first; they are in no organisation by then.</summary>
    public async Task<IReadOnlyList<OrganizationErasure>> ReceiptsAsync(string userId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await db.OrganizationErasures.AsNoTracking().Where(e => (e.State == ErasureState.Erasing || e.State == ErasureState.Erased) && e.OwnerList.Contains(userId))
            .OrderByDescending(e => e.BegunAt).Take(50).ToListAsync(ct);
        return [.. found.Where(e => e.OwnerIds.Contains(userId))];
    }

    /// <summary>Not found alike where there is no such receipt and where it is not theirs.</summary>
    public async Task<ReceiptView> ReceiptAsync(string userId, bool isPlatformAdmin, string erasureId, CancellationToken ct)
    {
        var now = Now;
        await using var db = await dbs.CreateDbContextAsync(ct);
        // In the moment between the press and its beginning, nobody stands in it yet. One query: a receipt of others must not take longer than none.
        var owners = db.Members.Where(m => m.UserId == userId && m.Role == MemberRole.Owner);
        var found = await db.OrganizationErasures.AsNoTracking().Where(e => e.Id == erasureId && e.State != ErasureState.Cancelled && e.DueAt <= now)
            .Select(e => new { Erasure = e, IsOwner = owners.Any(m => m.TenantId == e.TenantId) }).SingleOrDefaultAsync(ct);
        return found is not null && (isPlatformAdmin || found.IsOwner || found.Erasure.OwnerIds.Append(found.Erasure.AskedByUserId).Contains(userId))
            ? new ReceiptView(found.Erasure, found.Erasure.ReceiptJson is "" ? null : ErasureReceipt.Parse(found.Erasure.ReceiptJson))
            : throw new NotFoundException("receipt");
    }

    internal static string SlugHashOf(string slug) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(slug)));

    private async Task<string?> WhyNotNowAsync(PortalDbContext db, OrganizationErasure erasure, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        return !IsAllowed ? "Only owners can decide this"
            : erasure.AskedByUserId == current.UserId && await db.Members.CountAsync(m => m.TenantId == tenantId && m.Role == MemberRole.Owner, ct) > 1
                ? "You asked for it, so another owner has to agree that it need not wait"
                : null;
    }

    private async Task<Tenant> RequireNameAsync(PortalDbContext db, string typedName, string? sessionId, CancellationToken ct)
    {
        // A subscription that outlives its organisation goes on being charged, with nobody left who could end it.
        if (await db.BillingAccounts.AnyAsync(a => a.Subscription != "" && a.EndsAt == null && a.State != SubscriptionState.None && a.State != SubscriptionState.Ended, ct))
        {
            throw new PortalException("A subscription is still running. End it under \"Plan\", by \"Cards, invoices, cancelling\", then ask again.");
        }

        var tenantId = scope.TenantId;
        var tenant = await db.Tenants.AsNoTracking().SingleAsync(t => t.Id == tenantId, ct);
        if (typedName.Trim() != tenant.Name.Trim())
        {
            throw new PortalException($"What you typed is not the organization's name. Type it exactly: {tenant.Name}");
        }

        return await IsFreshAsync(sessionId, ct) ? tenant
            : throw new PortalException($"For this you must have signed in within the last {options.Value.FreshSignIn.TotalMinutes:0} minutes. Sign in again, then come back.");
    }

    private async Task<(OrganizationErasure Erasure, string Name)> RequireWaitingAsync(PortalDbContext db, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        var erasure = await db.OrganizationErasures.SingleOrDefaultAsync(e => e.Slot == tenantId && e.State == ErasureState.Waiting, ct)
            ?? throw new PortalException("No erasure is waiting any more. Load the page again.");
        return (erasure, await db.Tenants.Where(t => t.Id == tenantId).Select(t => t.Name).SingleAsync(ct));
    }

    private static async Task SaveAsync(PortalDbContext db, CancellationToken ct)
    {
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException lost)
        {
            throw new PortalException("Somebody else decided at the same moment, or it has begun. Load the page again.", lost);
        }
    }

    private void Wake(OrganizationErasure erasure)
    {
        var (tenantId, id) = (erasure.TenantId, erasure.Id);
        if (erasure.DueAt <= Now)
        {
            jobs.Enqueue<EraseWorker>(w => w.RunAsync(tenantId, id, CancellationToken.None));
        }
    }
}
