using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Data;
using Portal.Features.Tenancy;
using Portal.Persistence;

namespace Portal.Features.Leave;

/// <summary>
/// Searches for one person's rows and, once an owner has said yes, erases them stage by stage under a lease. What is still to be done is what
/// is still there, so a worker killed anywhere is followed by one that goes on; each count is saved in the transaction of its removal.
/// </summary>
public sealed class PersonErasureWorker(
    IDbContextFactory<PortalDbContext> dbs, TenantScope scope, IServiceProvider services, PersonSearch search, PersonRows rows, PersonMedia media, StandingRight right,
    IOptions<LeaveOptions> options, TimeProvider time, ILogger<PersonErasureWorker> logger)
{
    // Persistence keeps it to this assembly, and a public constructor cannot name it.
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
        catch (PortalException expected)
        {
            await RefuseAsync(erasureId, expected, ct);
        }
        catch (LeaseLostException)
        {
            logger.LogInformation("Erasure of rows {ErasureId} was taken up by another worker", erasureId);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            logger.LogError(fault, "Erasure of rows {ErasureId} stopped and will go on", erasureId);
            await ChangeAsync(erasureId, e => e.Stumble("A fault of the portal interrupted it; it goes on by itself.", Now), ct);
        }
        finally
        {
            await ReleaseAsync(erasureId);
        }
    }

    /// <summary>The search, or one stage. False where it has to wait for somebody, or is done.</summary>
    private async Task<bool> StepAsync(string erasureId, CancellationToken ct)
    {
        var erasure = await ReadAsync(erasureId, ct);
        if (erasure.State is PersonErasureState.Searching)
        {
            await right.RequireAsync(erasure.AskedByUserId, Permission.EraseRows, "", ct);
            var found = await search.RunAsync(erasure, search.MatchOf(erasure), () => ChangeAsync(erasureId, _ => { }, ct), ct);
            await ChangeAsync(erasureId, e => e.FoundAll(found), ct);
            return false;
        }

        if (erasure.State is not PersonErasureState.Erasing)
        {
            return false;
        }

        var work = new PersonWork(erasure, search.MatchOf(erasure), (db, note) => NoteAsync(db, erasureId, note, ct), Now);
        var wait = erasure.Stage switch
        {
            PersonErasureStage.Rows => await rows.RemoveImportedAsync(work, ct),
            PersonErasureStage.Versions => await rows.RemoveFrozenAsync(work, ct),
            PersonErasureStage.Answers => await rows.RemoveTracesAsync(work, ct),
            PersonErasureStage.Files => await rows.RemoveFilesAsync(work, ct) ?? await media.RemoveAsync(work, ct),
            PersonErasureStage.NewVersions => await rows.RenewVersionsAsync(work, ct),
            _ => await SettleAsync(erasure, work, ct),
        };
        if (wait is not null)
        {
            await ChangeAsync(erasureId, e => e.Await(wait, TimeSpan.FromSeconds(2), Now), ct);
            return false;
        }

        if (erasure.Stage is PersonErasureStage.Settle)
        {
            // Done, or begun once more from the rows on.
            return (await ReadAsync(erasureId, ct)).State is PersonErasureState.Erasing;
        }

        await ChangeAsync(erasureId, e => e.GoOn(), ct);
        return true;
    }

    /// <summary>Looks through everything once more; only where nothing is left is the receipt sealed, and what was looked for forgotten.</summary>
    private async Task<string?> SettleAsync(PersonErasure erasure, PersonWork work, CancellationToken ct)
    {
        var left = await search.RunAsync(erasure, work.Match, () => ChangeAsync(erasure.Id, _ => { }, ct), ct);
        if (!left.IsNothing)
        {
            await ChangeAsync(erasure.Id, e =>
            {
                e.Note(e.Ledger.With(left));
                e.OnceMore();
            }, ct);
            return null;
        }

        if (!await _residue.ClearAsync(ct))
        {
            return "The database is being read; its free pages are cleared in a moment.";
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var sealing = await db.PersonErasures.SingleAsync(e => e.Id == erasure.Id, ct);
        LeaseLostException.ThrowUnless(sealing.LeaseToken == _lease);
        var (json, hash) = PersonReceipt.Of(sealing, Now).Seal();
        sealing.Finish(json, hash, Now);
        db.Audit("rows.erased", sealing.AsTarget(), $"Receipt SHA-256 {hash}");
        await db.SaveChangesAsync(ct);
        logger.LogInformation("Erasure of rows {ErasureId} is done", erasure.Id);
        return null;
    }

    /// <summary>What cannot be searched for ends here; what has begun to be erased goes on.</summary>
    private Task RefuseAsync(string erasureId, PortalException why, CancellationToken ct) => ChangeAsync(erasureId, e =>
    {
        if (e.State is PersonErasureState.Searching)
        {
            e.Cancel(why.Message, Now);
        }
        else
        {
            e.Stumble(why.Message, Now);
        }
    }, ct);

    /// <summary>Adds to what was removed, in the caller's transaction, and holds the lease.</summary>
    private async Task NoteAsync(PortalDbContext db, string erasureId, Action<PersonLedger> note, CancellationToken ct)
    {
        var erasure = await db.PersonErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        var ledger = erasure.Ledger;
        note(ledger);
        erasure.Note(ledger);
        db.Entry(erasure).Property(e => e.LeaseUntil).CurrentValue = Now + options.Value.Lease;
        await db.SaveChangesAsync(ct);
    }

    private async Task ChangeAsync(string erasureId, Action<PersonErasure> change, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var erasure = await db.PersonErasures.SingleAsync(e => e.Id == erasureId, ct);
        LeaseLostException.ThrowUnless(erasure.LeaseToken == _lease);
        db.Entry(erasure).Property(e => e.LeaseUntil).CurrentValue = Now + options.Value.Lease;
        change(erasure);
        await db.SaveChangesAsync(ct);
    }

    private async Task<PersonErasure> ReadAsync(string erasureId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.PersonErasures.AsNoTracking().SingleAsync(e => e.Id == erasureId, ct);
    }

    private async Task<bool> ClaimAsync(string erasureId, CancellationToken ct)
    {
        var (lease, now, until) = (Guid.NewGuid().ToString("N"), Now, Now + options.Value.Lease);
        await using var db = await dbs.CreateDbContextAsync(ct);
        var claimed = await db.PersonErasures
            .Where(e => e.Id == erasureId && (e.State == PersonErasureState.Searching || e.State == PersonErasureState.Erasing) && e.NextStepAt <= now && (e.LeaseUntil == null || e.LeaseUntil < now))
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, lease).SetProperty(e => e.LeaseUntil, until).SetProperty(e => e.Version, e => e.Version + 1), ct);
        _lease = lease;
        return claimed is 1;
    }

    private async Task ReleaseAsync(string erasureId)
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.PersonErasures.Where(e => e.Id == erasureId && e.LeaseToken == _lease)
            .ExecuteUpdateAsync(set => set.SetProperty(e => e.LeaseToken, (string?)null).SetProperty(e => e.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}

/// <summary>What a stage works by.</summary>
/// <param name="NoteAsync">Saves what was removed, in the transaction of the context it is given.</param>
internal sealed record PersonWork(PersonErasure Erasure, PersonMatch Match, Func<PortalDbContext, Action<PersonLedger>, Task> NoteAsync, DateTime Now);
