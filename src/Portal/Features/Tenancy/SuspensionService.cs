using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

/// <summary>Closes the organisation in scope, and opens it again. Nothing of it is deleted; its owners are told.</summary>
public sealed class SuspensionService(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, OwnerMail mail, IBackgroundJobClient jobs, IOptions<PlatformOptions> options, TimeProvider time)
{
    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private string Support => options.Value.SupportAddress is "" ? "whoever runs the portal" : options.Value.SupportAddress;

    /// <param name="typedName">The organisation's name as the admin typed it to confirm.</param>
    /// <param name="reason">As its members will read it.</param>
    /// <param name="ct">Cancels.</param>
    public Task SuspendAsync(string typedName, string reason, CancellationToken ct) => ActAsync(
        "organization.suspended",
        tenant =>
        {
            if (typedName.Trim() != tenant.Name)
            {
                throw new PortalException($"The name you typed is not \"{tenant.Name}\". Type it as it stands there, so that no other organization is meant.");
            }

            tenant.Suspend(reason, Now);
            return $"Why: {tenant.SuspensionReason}";
        },
        tenant => ($"{tenant.Name} is suspended", $"""
            {tenant.Name} was suspended by those who run the portal.

            Why: {tenant.SuspensionReason}

            Nobody can work in it until it is restored. Its API keys are refused, and nothing that costs is begun; what had begun at
            the vendor is watched to its end. Nothing is deleted.

            If you have questions, write to {Support}.
            """),
        ct);

    public Task RestoreAsync(CancellationToken ct) => ActAsync(
        "organization.restored",
        tenant =>
        {
            var why = tenant.SuspensionReason;
            tenant.Restore();
            return $"It was suspended for: {why}";
        },
        tenant => ($"{tenant.Name} is restored", $"""
            {tenant.Name} is open again: its members can work in it, its API keys are answered, and what waited goes on by itself.

            If something is not as it was, write to {Support}.
            """),
        ct);

    private async Task ActAsync(string action, Func<Tenant, string> act, Func<Tenant, (string Subject, string Text)> letter, CancellationToken ct)
    {
        if (scope.Actor.Via is not PlatformLog.Via)
        {
            throw new InvalidOperationException("Only the platform suspends and restores.");
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var tenantId = scope.TenantId;
        var tenant = await db.Tenants.SingleOrDefaultAsync(t => t.Id == tenantId, ct) ?? throw new NotFoundException("organization");
        var told = db.AuditForPlatform(action, tenant, act(tenant));
        var (subject, text) = letter(tenant);
        var letters = await mail.AddAsync(db, subject, text, ct);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateConcurrencyException)
        {
            throw new PortalException($"Another admin has just changed {tenant.Name}, so nothing was done. Load the page again.");
        }

        mail.Wake(tenantId, letters);
        jobs.Enqueue<PlatformActWorker>(w => w.RunAsync(PlatformLog.Id, told.Id, CancellationToken.None));
    }
}
