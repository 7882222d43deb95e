using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence;

/// <summary>The first place where a chain is not as it was written, and what is wrong there.</summary>
public sealed record AuditBreak(long Sequence, string Problem);

/// <summary>How an organisation's chain stands. <paramref name="Entries"/> are those found good, <paramref name="Removed"/> those removed in time before them.</summary>
public sealed record AuditChainState(long Entries, long Removed, AuditBreak? Break, DateTime CheckedAt)
{
    public bool IsIntact => Break is null;
}

/// <summary>
/// Follows an organisation's chain from its beginning, page by page: whatever the owner of the database changed, removed, put in or
/// moved, without writing all that follows anew, is found at the first entry that tells.
/// </summary>
public static class AuditChain
{
    private const int PageSize = 1_000;

    public static async Task<AuditChainState> VerifyAuditAsync(this PortalDbContext db, CancellationToken ct)
    {
        if (db.IsPlatform || db.IsRestricted)
        {
            throw new InvalidOperationException("A chain is checked in the scope of one whole organisation.");
        }

        while (true)
        {
            var checkpoints = await CheckpointsAsync(db, ct);
            var state = await FollowAsync(db, checkpoints, ct);
            // Old entries may have been removed in time while this walk was on its way.
            if (state.IsIntact || (await CheckpointsAsync(db, ct)).Count == checkpoints.Count)
            {
                return state;
            }
        }
    }

    private static async Task<AuditChainState> FollowAsync(PortalDbContext db, List<AuditCheckpoint> checkpoints, CancellationToken ct)
    {
        var (start, place, hash) = checkpoints is [.., var last] ? (last.Sequence, last.Sequence, last.Hash) : (0L, 0L, "");
        var entries = db.Set<AuditEntry>().AsNoTracking();
        AuditChainState State(AuditBreak? fault) => new(place - start, start, fault, db.Now);
        AuditChainState Broken(long sequence, string problem) => State(new AuditBreak(sequence, problem));

        if (checkpoints.Sum(c => c.Removed) != start)
        {
            return Broken(start, "The checkpoints do not add up: they name more or fewer removed entries than there were.");
        }

        if (await entries.Where(e => e.Sequence <= start).OrderBy(e => e.Sequence).Select(e => (long?)e.Sequence).FirstOrDefaultAsync(ct) is { } early)
        {
            return Broken(early, "An entry stands before the chain's beginning: it was put in.");
        }

        while (true)
        {
            var head = await HeadAsync(db, ct);
            var end = head?.Sequence ?? 0;
            while (await entries.Where(e => e.Sequence > place && e.Sequence <= end).OrderBy(e => e.Sequence).Take(PageSize).ToListAsync(ct) is { Count: > 0 } page)
            {
                foreach (var entry in page)
                {
                    if (Fault(entry, place, hash) is { } fault)
                    {
                        return State(fault);
                    }

                    (place, hash) = (entry.Sequence, entry.Hash);
                }
            }

            if (place != end)
            {
                return Broken(place + 1, place > end
                    ? "The chain ends before its beginning: its end was changed."
                    : $"{(end - place is 1 ? "The last entry is" : $"The last {end - place} entries are")} missing: the chain goes on to entry {end}.");
            }

            if (hash != (head?.Hash ?? ""))
            {
                return Broken(place, "The chain's end names another entry than its last: the entry was exchanged, or the end was changed.");
            }

            if (!await entries.AnyAsync(e => e.Sequence > end, ct))
            {
                return State(null);
            }

            if ((await HeadAsync(db, ct))?.Sequence is var now && (now ?? 0) == end)
            {
                return Broken(place + 1, "An entry stands after the chain's end: it was put in, or the end was changed.");
            }
        }
    }

    /// <summary>What is wrong with an entry after the one at a place with a hash; null where it follows.</summary>
    internal static AuditBreak? Fault(AuditEntry entry, long place, string hash) => entry switch
    {
        _ when entry.Sequence > place + 1 => new(place + 1, entry.Sequence == place + 2 ? "The entry is missing." : $"The entries up to {entry.Sequence - 1} are missing."),
        _ when entry.ComputeHash() != entry.Hash => new(entry.Sequence, "The entry was changed after it was written: its content does not give its hash."),
        _ when entry.PreviousHash != hash => new(entry.Sequence, "The entry does not follow the one before it: one of the two was exchanged, or put in."),
        _ => null,
    };

    private static Task<AuditHead?> HeadAsync(PortalDbContext db, CancellationToken ct) => db.Set<AuditHead>().AsNoTracking().SingleOrDefaultAsync(ct);

    private static Task<List<AuditCheckpoint>> CheckpointsAsync(PortalDbContext db, CancellationToken ct) =>
        db.Set<AuditCheckpoint>().AsNoTracking().OrderBy(c => c.Sequence).ToListAsync(ct);
}
