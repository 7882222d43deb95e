using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public sealed record DomainRow(string Id, string Name, string RecordName, string RecordValue, DateTime? VerifiedAt);

/// <summary>An organisation's domains: claimed by anybody, proved by a record that only the domain's holder can publish.</summary>
public sealed class DomainService(IDbContextFactory<PortalDbContext> dbs, CurrentMember current, TenantScope scope, NameServerGateway names, TimeProvider time)
{
    public static string RecordNameOf(string domain) => $"_portal-verification.{domain}";

    public static string RecordValueOf(string challenge) => $"portal-verification={challenge}";

    public async Task<IReadOnlyList<DomainRow>> ListAsync(CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var found = await db.OrganizationDomains.AsNoTracking().OrderBy(d => d.Name).ToListAsync(ct);
        return [.. found.Select(d => new DomainRow(d.Id, d.Name, RecordNameOf(d.Name), RecordValueOf(d.Challenge), d.VerifiedAt))];
    }

    public async Task ClaimAsync(string typed, CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        var name = ProviderAddress.Domain(typed);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await TakeTurnAsync(db, ct);
        if (await db.OrganizationDomains.AnyAsync(d => d.Name == name, ct))
        {
            throw new PortalException($"{name} is on the list already.");
        }

        if (await db.OrganizationDomains.CountAsync(ct) >= OrganizationDomain.Most)
        {
            throw new PortalException($"An organization has at most {OrganizationDomain.Most} domains. Remove one that is no longer used.");
        }

        var domain = new OrganizationDomain { Name = name, Challenge = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), CreatedAt = Now };
        db.OrganizationDomains.Add(domain);
        db.Audit("domain.claimed", new AuditTarget("domain", domain.Id, name));
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
    }

    /// <summary>Looks whether the domain's holder published the challenge. One organisation a domain: whoever proves it first has it.</summary>
    public async Task VerifyAsync(string id, CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        var (name, challenge) = await ChallengeAsync(id, ct);
        // Nothing is held while the name server thinks.
        var found = await names.TextsAsync(RecordNameOf(name), ct);
        if (!found.Contains(RecordValueOf(challenge), StringComparer.Ordinal))
        {
            throw new PortalException(found.Count is 0
                ? $"No TXT record was found at {RecordNameOf(name)}. New records can take an hour to be seen; check again later."
                : $"There is a TXT record at {RecordNameOf(name)}, but not the one shown here. Publish exactly what is shown.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await TakeTurnAsync(db, ct);
        var domain = await db.OrganizationDomains.SingleOrDefaultAsync(d => d.Id == id, ct) ?? throw new NotFoundException("domain");
        if (domain.VerifiedAt is not null)
        {
            return;
        }

        await RequireFreeAsync(db, name, ct);
        domain.Verified(Now);
        db.VerifiedDomains.Add(new VerifiedDomain { Name = name, TenantId = scope.TenantId });
        db.Audit("domain.verified", new AuditTarget("domain", domain.Id, name), $"By the TXT record at {RecordNameOf(name)}.");
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Another organisation proved it in this very moment; anything else is a fault.
            await turn.RollbackAsync(ct);
            await using var again = await dbs.CreateDbContextAsync(ct);
            await RequireFreeAsync(again, name, ct);
            throw;
        }

        await turn.CommitAsync(ct);
    }

    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        current.Require(Permission.ManageSignIn);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var turn = await TakeTurnAsync(db, ct);
        var (domain, tenantId) = (await db.OrganizationDomains.SingleOrDefaultAsync(d => d.Id == id, ct) ?? throw new NotFoundException("domain"), scope.TenantId);
        db.OrganizationDomains.Remove(domain);
        if (await db.VerifiedDomains.SingleOrDefaultAsync(d => d.Name == domain.Name && d.TenantId == tenantId, ct) is { } verified)
        {
            db.VerifiedDomains.Remove(verified);
        }

        db.Audit("domain.removed", new AuditTarget("domain", domain.Id, domain.Name), domain.VerifiedAt is null ? "It was not verified." : "It was verified.");
        await db.SaveChangesAsync(ct);
        await turn.CommitAsync(ct);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> TakeTurnAsync(PortalDbContext db, CancellationToken ct)
    {
        var turn = await db.TakeMembersTurnAsync(ct);
        await db.RequireStillAsync(current, Permission.ManageSignIn, ct);
        return turn;
    }

    private async Task<(string Name, string Challenge)> ChallengeAsync(string id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var domain = await db.OrganizationDomains.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, ct) ?? throw new NotFoundException("domain");
        return (domain.Name, domain.Challenge);
    }

    /// <summary>Told only to somebody who has just proved the domain, so it gives nothing away to others.</summary>
    private async Task RequireFreeAsync(PortalDbContext db, string name, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        if (await db.VerifiedDomains.AsNoTracking().AnyAsync(d => d.Name == name && d.TenantId != tenantId, ct))
        {
            throw new PortalException($"Another organization on this portal has {name} verified. A domain belongs to one: ask the portal's support to settle whose it is.");
        }
    }
}
