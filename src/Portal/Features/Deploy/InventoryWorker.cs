using Hangfire;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;
using Portal.Persistence;
using Portal.Vertex;

namespace Portal.Features.Deploy;

/// <summary>
/// Looks over what an organization has deployed and what Google has of it, writes down what has no other half, and mails the owners what is
/// new: the findings, the look and the mail are one save. Where Google does not tell everything, what was found before stands.
/// </summary>
public sealed class InventoryWorker(
    TenantScope scope, IDbContextFactory<PortalDbContext> dbs, GoogleInventory google, IdleEndpoints idle, OwnerMail mail, IOptions<DeployOptions> options, TimeProvider time,
    ILogger<InventoryWorker> logger)
{
    private static readonly TimeSpan s_lease = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromHours(1);

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.IsSuspendedAsync(ct) || await ClaimAsync(db, ct) is not { } look)
        {
            return;
        }

        List<FoundStray> found = [];
        List<StrayKind> told = [StrayKind.IdleEndpoint];
        try
        {
            var side = await google.ReadAsync(db, ct);
            found.AddRange(await google.CompareAsync(db, side, ct));
            look.Looked(side, Now, options.Value.InventoryEvery);
            told.AddRange([StrayKind.UnknownEndpoint, StrayKind.UnknownModel, StrayKind.GoneEndpoint]);
        }
        catch (VertexException fault)
        {
            logger.LogWarning("Google did not tell what organization {Tenant} has there: {Status} {Code}", tenantId, fault.HttpStatus, fault.Status);
            look.Failed(fault.HttpStatus is 0 ? "Google does not answer." : $"Google answers {fault.HttpStatus} {fault.Status}.", Now, s_pause);
        }
        catch (InvalidOperationException)
        {
            look.Failed("The portal has no Google identity.", Now, s_pause);
        }

        found.AddRange(await idle.FindAsync(db, ct));
        var news = await NoteAsync(db, found, told, ct);
        var letters = news.Count is 0 ? [] : await WriteAsync(db, news, ct);
        try
        {
            await db.SaveChangesAsync(ct);
            mail.Wake(tenantId, letters);
        }
        catch (DbUpdateException other)
        {
            logger.LogInformation(other, "What organization {Tenant} has was looked over by another worker", tenantId);
        }
    }

    /// <summary>Null where another looks, or nothing is due.</summary>
    private async Task<InventoryLook?> ClaimAsync(PortalDbContext db, CancellationToken ct)
    {
        var look = await db.InventoryLooks.SingleOrDefaultAsync(ct) ?? db.InventoryLooks.Add(new InventoryLook()).Entity;
        if (!look.TryBegin(Now, s_lease))
        {
            return null;
        }

        try
        {
            await db.SaveChangesAsync(ct);
            return look;
        }
        catch (DbUpdateException)
        {
            return null;
        }
    }

    /// <summary>What is new among what was found; of the kinds that were told of in full, what is not found any more ends.</summary>
    private async Task<IReadOnlyList<Stray>> NoteAsync(PortalDbContext db, List<FoundStray> found, List<StrayKind> told, CancellationToken ct)
    {
        var names = found.ConvertAll(f => f.Name);
        var known = await db.Strays.Where(s => s.EndedAt == null || names.Contains(s.Name)).ToDictionaryAsync(s => (s.Kind, s.Name), ct);
        List<Stray> news = [];
        foreach (var one in found)
        {
            var stray = known.GetValueOrDefault((one.Kind, one.Name)) ?? db.Strays.Add(new Stray { Kind = one.Kind, Name = one.Name }).Entity;
            known.Remove((one.Kind, one.Name));
            if (stray.Seen(one, Now))
            {
                news.Add(stray);
            }
        }

        foreach (var left in known.Values.Where(s => s.EndedAt is null && told.Contains(s.Kind)))
        {
            left.End(Now);
        }

        return news;
    }

    private Task<IReadOnlyList<OutgoingMail>> WriteAsync(PortalDbContext db, IReadOnlyList<Stray> news, CancellationToken ct)
    {
        const int Shown = 20;
        var lines = news.OrderBy(s => s.Kind).Take(Shown).Select(s => s.Kind is StrayKind.IdleEndpoint ? $"{InventoryWords.Of(s.Kind)}: {s.Note}" : $"{InventoryWords.Of(s.Kind)}: {s.Name}. {s.Note}");
        return mail.AddAsync(db, news.Count is 1 ? "An endpoint or model to look at" : $"{news.Count} endpoints and models to look at", $"""
            The portal has looked over what your organization has deployed and what Google has of it. New since the last time:

            {string.Join('\n', lines)}{(news.Count > Shown ? $"\nand {news.Count - Shown} more." : "")}

            Nothing was changed. In the portal: Endpoints. Each of these is mailed once.
            """, ct);
    }
}

/// <summary>Organizations that are due, and those that have deployed or tuned something and were never looked over.</summary>
public sealed class InventorySweep(IBackgroundJobClient work) : ISwept
{
    public async Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct)
    {
        var looks = db.InventoryLooks;
        return await looks.OfServedTenants(db).Where(l => l.NextAt <= now && (l.LookingUntil == null || l.LookingUntil <= now)).OrderBy(l => l.NextAt).WakeAsync(Wake, ct)
            + await db.Endpoints.OfServedTenants(db).Where(e => !looks.Any(l => l.TenantId == e.TenantId)).OrderBy(e => e.CreatedAt).WakeAsync(Wake, ct);
    }

    private void Wake(OwnedId one) => work.Enqueue<InventoryWorker>(w => w.RunAsync(one.TenantId, CancellationToken.None));
}
