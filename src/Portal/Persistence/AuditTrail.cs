using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence;

/// <summary>
/// Writing to the audit log: say what is done on the context that does it, and both are saved in one transaction or neither.
/// </summary>
public static class AuditTrail
{
    /// <summary>Adds an entry to what the context saves next.</summary>
    public static void Audit(this PortalDbContext db, string action, AuditTarget target, string details = "", AuditOutcome outcome = AuditOutcome.Done) =>
        db.Unchained.Add(new AuditEntry
        {
            At = ToMicroseconds(db.Now),
            ActorId = db.Actor.UserId,
            ActorName = Short(db.Actor.Name, 200),
            Via = Short(db.Actor.Via, 400),
            ViaId = db.Actor.ViaId,
            Address = Short(db.Actor.Address, 60),
            Action = action,
            Outcome = outcome,
            TargetKind = target.Kind,
            TargetId = Short(target.Id, 80),
            TargetName = Short(target.Name, 200),
            ProjectId = target.ProjectId,
            Details = Short(details, AuditEntry.DetailsLength),
        });

    /// <summary>
    /// Takes the chain's end for itself until the transaction ends, by an update that others must wait for, and only then reads it.
    /// False where the organisation has no chain yet.
    /// </summary>
    internal static async Task<bool> ChainAsync(this PortalDbContext db, List<AuditEntry> entries, CancellationToken ct)
    {
        db.IsChaining = true;
        try
        {
            var count = entries.Count;
            var head = db.Set<AuditHead>();
            if (await head.ExecuteUpdateAsync(set => set.SetProperty(h => h.Sequence, h => h.Sequence + count), ct) is 0)
            {
                return false;
            }

            var end = await head.AsNoTracking().SingleAsync(ct);
            var (sequence, hash) = (end.Sequence - count, end.Hash);
            foreach (var entry in entries)
            {
                entry.Chain(db.TenantId, ++sequence, hash);
                hash = entry.Hash;
            }

            await head.ExecuteUpdateAsync(set => set.SetProperty(h => h.Hash, hash), ct);
            return true;
        }
        finally
        {
            db.IsChaining = false;
        }
    }

    // Databases keep microseconds; what is hashed must be what is read back.
    private static DateTime ToMicroseconds(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerMicrosecond), DateTimeKind.Utc);

    private static string Short(string text, int length)
    {
        // A NUL, which PostgreSQL refuses, or half a pair would be refused or read back otherwise than hashed.
        var clean = text.Replace('\0', ' ');
        return clean.Length <= length ? clean : char.IsHighSurrogate(clean[length - 1]) ? clean[..(length - 1)] : clean[..length];
    }
}
