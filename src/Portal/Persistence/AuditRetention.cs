using System.ComponentModel.DataAnnotations;
using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence;

public sealed class AuditOptions
{
    /// <summary>For how long audit entries are kept, a year at least; not set, they are kept for good.</summary>
    [Range(365, 36_500)]
    public int? KeepDays { get; set; }
}

/// <summary>
/// Removes an organisation's oldest entries, as the tables' owner, because the application may not: from the beginning on and nothing
/// in between, with a checkpoint and an entry of its own in the same transaction. A broken chain is left as it is, for it is evidence.
/// </summary>
internal sealed class AuditRetention(OwnerTenantContext owner)
{
    public const string Action = "audit.removed";

    /// <summary>How many were removed, and why none could be.</summary>
    public async Task<(long Removed, AuditBreak? Break)> RemoveAsync(int keepDays, CancellationToken ct)
    {
        await using var db = owner();
        var keptFrom = db.Now.AddDays(-keepDays);
        if (!await db.Set<AuditEntry>().AnyAsync(e => e.At < keptFrom, ct))
        {
            return (0, null);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Taken first: nobody writes an entry meanwhile, and a second node that removes too finds nothing left to remove.
        await db.Set<AuditHead>().ExecuteUpdateAsync(set => set.SetProperty(h => h.Sequence, h => h.Sequence), ct);
        if (await db.VerifyAuditAsync(ct) is { Break: { } fault })
        {
            return (0, fault);
        }

        var entries = db.Set<AuditEntry>().AsNoTracking();
        var begin = await db.Set<AuditCheckpoint>().MaxAsync(c => (long?)c.Sequence, ct) ?? 0;
        // Up to the first that is still kept: their times need not be in order.
        var last = await entries.Where(e => e.At >= keptFrom).MinAsync(e => (long?)e.Sequence, ct) is { } kept
            ? kept - 1
            : await entries.MaxAsync(e => e.Sequence, ct);
        if (last <= begin)
        {
            return (0, null);
        }

        var hash = await entries.Where(e => e.Sequence == last).Select(e => e.Hash).SingleAsync(ct);
        db.Add(new AuditCheckpoint { Sequence = last, Hash = hash, Removed = last - begin, At = db.Now });
        db.Audit(Action, new AuditTarget("audit log", "", ""), $"{last - begin} entries up to number {last}, kept for more than {keepDays} days");
        await db.SaveChangesAsync(ct);
        var removed = await db.Set<AuditEntry>().TagWith(AppendOnlyRows.Retention).Where(e => e.Sequence <= last).ExecuteDeleteAsync(ct);
        if (removed != last - begin)
        {
            throw new InvalidOperationException($"{removed} audit entries would have been removed instead of {last - begin}.");
        }

        await transaction.CommitAsync(ct);
        return (removed, null);
    }
}
