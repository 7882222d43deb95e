using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Hosting;
using Portal.Persistence;
using Portal.Storage;

namespace Portal.Features.Leave;

/// <summary>
/// Erases an organisation, stage by stage, under a lease. Killed anywhere, the next one begins the stage again: whatever is removed
/// already is no longer there to be removed, and what was counted is counted in the transaction of its removal.
/// </summary>
public sealed class EraseWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, IServiceProvider services, BlobStore blobs, MailGateway mail, VendorObjects vendor, TenantJobs jobs,
    IOptions<LeaveOptions> options, TimeProvider time, ILogger<EraseWorker> logger)
{
    /// <summary>What of the global tables is not simply removed: the organisation's own row goes last, and this record stays.</summary>
    private static readonly FrozenSet<string> s_later = FrozenSet.Create(nameof(Tenant), nameof(OrganizationErasure), nameof(Engagement), nameof(EngagementAct), nameof(PlatformAct));

    // Persistence keeps them to this assembly, and a public constructor cannot name them.
    private readonly TenantRows _rows = services.GetRequiredService<TenantRows>();
    private readonly Residue _residue = services.GetRequiredService<Residue>();

    private string _lease = "";

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    public async Task RunAsync(string tenantId, string erasureId, CancellationToken ct)
    {
        scope.Enter(tenantId);
        if (!await ClaimAsync(erasureId, ct))
        {
            return;
        }

        try
        {
            while (await StepAsync(erasureId, ct))
            {
            }
        }
        catch (LeaseLostException)
        {
            logger.LogInformation("Erasure {ErasureId} was taken up by another worker", erasureId);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "Erasure {ErasureId} stopped and will go on", erasureId);
            await ChangeAsync(erasureId, e => e.Stumble("A fault of the portal interrupted it; it goes on by itself.", Now), ct);
        }
        finally
        {
            await ReleaseAsync(erasureId);
        }
    }

    /// <summary>One stage. False where it has to wait, or is done.</summary>
    private async Task<bool> StepAsync(string erasureId, CancellationToken ct)
    {
        var erasure = await ReadAsync(erasureId, ct);
        var wait = erasure.Stage switch
        {
            ErasureStage.Close => await CloseAsync(erasureId, ct),
            ErasureStage.Work => await EndWorkAsync(erasure, ct),
            ErasureStage.Vendor => await RemoveVendorAsync(erasure, ct),
            ErasureStage.Files => await RemoveFilesAsync(erasureId, ct),
            ErasureStage.Rows => await RemoveRowsAsync(erasureId, isLast: false, ct),
            _ => await SettleAsync(erasureId, ct),
        };
        if (wait is { } waiting)
        {
            await ChangeAsync(erasureId, waiting, ct);
            return false;
        }

        if (erasure.Stage is ErasureStage.Settle)
        {
            await SealAsync(erasureId, ct);
            logger.LogInformation("Organization {TenantId} is erased", scope.TenantId);
            return false;
        }

        await ChangeAsync(erasureId, e =>
        {
            e.GoOn();
            if (e.Stage is ErasureStage.Settle)
            {
                e.Await("", options.Value.SettleAfter, Now);
            }
        }, ct);
        return erasure.Stage is not ErasureStage.Rows || options.Value.SettleAfter <= TimeSpan.Zero;
    }

    /// <summary>The receipt and, in the same transaction, what the platform's own log is told: that it was erased, and not what it was called.</summary>
    private async Task SealAsync(string erasureId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.OrganizationErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        var (json, hash) = ErasureReceipt.Of(erasure, Now).Seal();
        erasure.Finish(json, hash, Now);
        db.PlatformActs.Add(new PlatformAct
        {
            ActorUserId = erasure.AskedByUserId, ActorName = "An owner of it", Action = "organization.erased", TargetId = erasure.TenantId,
            Details = $"Receipt {erasure.Id}, SHA-256 {hash}", At = Now,
        });
        await db.SaveChangesAsync(ct);
    }

    private async Task<Action<OrganizationErasure>?> CloseAsync(string erasureId, CancellationToken ct)
    {
        var tenantId = scope.TenantId;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Tenants.SingleOrDefaultAsync(t => t.Id == tenantId, ct) is { } tenant)
        {
            tenant.Close(Now);
        }

        var owners = await db.Members.Where(m => m.TenantId == tenantId && m.Role == MemberRole.Owner).Select(m => m.UserId).ToListAsync(ct);
        var erasure = await db.OrganizationErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        erasure.Begin(owners, Now);
        var ledger = erasure.Ledger;
        if (ledger.Usage.Count is 0)
        {
            ledger.Usage.AddRange(await UsageSum.OfChargedAsync(db, ct));
            erasure.Note(ledger);
        }

        await db.SaveChangesAsync(ct);
        // Keys and invitations that nobody can look up open nothing, from this moment on.
        await _rows.RemoveGlobalAsync(s_later.Append(nameof(Member)).ToHashSet(), NoteAsync(erasureId, ct), ct);
        return null;
    }

    private async Task<Action<OrganizationErasure>?> EndWorkAsync(OrganizationErasure erasure, CancellationToken ct)
    {
        await RemoveWorkAsync(erasure.Id, ct);
        return await _rows.BusyUntilAsync(ct) is { } until && until > Now
            ? e => e.Await("Waiting until work that is under way has ended.", TimeSpan.FromSeconds(Math.Clamp((until - Now).TotalSeconds, 1, 120)), Now)
            : null;
    }

    private async Task RemoveWorkAsync(string erasureId, CancellationToken ct)
    {
        if (jobs.Remove(scope.TenantId) is > 0 and var removed)
        {
            await ChangeLedgerAsync(erasureId, l => l.Work += removed, ct);
        }
    }

    private async Task<Action<OrganizationErasure>?> RemoveVendorAsync(OrganizationErasure erasure, CancellationToken ct)
    {
        var answer = await vendor.RemoveAsync(traces => ChangeLedgerAsync(erasure.Id, l => traces.ForEach(l.Add), ct), ct);
        return answer switch
        {
            { IsDone: true } => null,
            { IsWaiting: true } => e => e.Await(answer.Problem, TimeSpan.FromSeconds(5), Now),
            // It is in the receipt by name; the rest must not wait for ever.
            _ when erasure.Failures >= options.Value.VendorAttempts => null,
            _ => e => e.Stumble(answer.Problem, Now),
        };
    }

    private async Task<Action<OrganizationErasure>?> RemoveFilesAsync(string erasureId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var mails = 0;
        await foreach (var id in db.OutgoingMails.AsNoTracking().Select(m => m.Id).AsAsyncEnumerable().WithCancellation(ct))
        {
            mails += mail.Delete(id) ? 1 : 0;
        }

        var (files, bytes) = blobs.DeleteAll();
        await ChangeLedgerAsync(erasureId, l => (l.Files, l.FileBytes, l.Mails) = (l.Files + files, l.FileBytes + bytes, l.Mails + mails), ct);
        return null;
    }

    private async Task<Action<OrganizationErasure>?> RemoveRowsAsync(string erasureId, bool isLast, CancellationToken ct)
    {
        var note = NoteAsync(erasureId, ct);
        await _rows.RemoveGlobalAsync(s_later, note, ct);
        await _rows.RemoveAsync(note, ct);
        await using (var db = await dbs.CreateDbContextAsync(ct))
        {
            await using var transaction = await db.Database.BeginTransactionAsync(ct);
            var tenantId = scope.TenantId;
            var engagements = db.Engagements.Where(e => e.ClientId == tenantId || e.ConsultancyId == tenantId);
            var acts = await db.EngagementActs.Where(a => a.TellId == tenantId || engagements.Any(e => e.Id == a.EngagementId)).ExecuteDeleteAsync(ct);
            var removed = await engagements.ExecuteDeleteAsync(ct);
            var told = await db.PlatformActs.Where(a => a.TargetId == tenantId).ExecuteDeleteAsync(ct);
            var tenant = await db.Tenants.Where(t => t.Id == tenantId).ExecuteDeleteAsync(ct);
            foreach (var (table, rows) in new[] { (nameof(EngagementAct), acts), (nameof(Engagement), removed), (nameof(PlatformAct), told), (nameof(Tenant), tenant) }.Where(r => r.Item2 > 0))
            {
                await note(db, table, rows);
            }

            await transaction.CommitAsync(ct);
        }

        return isLast && await _rows.CountAsync(ct) > 0 ? e => e.Stumble("Somebody was still writing; looking through it once more.", Now) : null;
    }

    private async Task<Action<OrganizationErasure>?> SettleAsync(string erasureId, CancellationToken ct)
    {
        await RemoveWorkAsync(erasureId, ct);
        await RemoveFilesAsync(erasureId, ct);
        return await RemoveRowsAsync(erasureId, isLast: true, ct)
            ?? (await _residue.ClearAsync(ct) ? null : e => e.Stumble("The database is being read; its free pages are cleared in a moment.", Now));
    }

    private Func<PortalDbContext, string, long, Task> NoteAsync(string erasureId, CancellationToken ct) => async (db, table, rows) =>
    {
        var erasure = await db.OrganizationErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        var ledger = erasure.Ledger;
        ledger.Add(table, rows);
        erasure.Note(ledger);
        db.Entry(erasure).Property(e => e.LeaseUntil).CurrentValue = Now + options.Value.Lease;
        await db.SaveChangesAsync(ct);
    };

    private Task ChangeLedgerAsync(string erasureId, Action<ErasureLedger> change, CancellationToken ct) => ChangeAsync(erasureId, e =>
    {
        var ledger = e.Ledger;
        change(ledger);
        e.Note(ledger);
    }, ct);

    private async Task ChangeAsync(string erasureId, Action<OrganizationErasure> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.OrganizationErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        change(erasure);
        db.Entry(erasure).Property(e => e.LeaseUntil).CurrentValue = Now + options.Value.Lease;
        await db.SaveChangesAsync(ct);
    }

    private async Task<OrganizationErasure> ReadAsync(string erasureId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.OrganizationErasures.AsNoTracking().SingleAsync(e => e.Id == erasureId, ct);
    }

    private async Task<bool> ClaimAsync(string erasureId, CancellationToken ct)
    {
        var (lease, now, until, tenantId) = (Guid.NewGuid().ToString("N"), Now, Now + options.Value.Lease, scope.TenantId);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.OrganizationErasures
            .Where(e => e.Id == erasureId && e.TenantId == tenantId && e.NextStepAt <= now && (e.LeaseUntil == null || e.LeaseUntil < now)
                && (e.State == ErasureState.Erasing || (e.State == ErasureState.Waiting && e.DueAt <= now)))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, lease).SetProperty(e => e.LeaseUntil, until).SetProperty(e => e.Version, e => e.Version + 1), ct);
        _lease = lease;
        return claimed is 1;
    }

    private async Task ReleaseAsync(string erasureId)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.OrganizationErasures.Where(e => e.Id == erasureId && e.LeaseToken == _lease)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, (string?)null).SetProperty(e => e.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}
