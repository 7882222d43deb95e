using Microsoft.EntityFrameworkCore;

namespace Portal.Persistence;

/// <summary>A row that somebody must wake, and whose it is.</summary>
public sealed record OwnedId(string TenantId, string Id);

/// <summary>The step that every sweep shares: read who is lost, oldest first, and wake each.</summary>
public static class LostWork
{
    /// <summary>What a sweep does not reach, the next one does: none holds up the others for long.</summary>
    private const int AtOnce = 200;

    /// <summary>A wake-up that is merely on its way is not lost.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public static async Task<int> WakeAsync<T>(this IOrderedQueryable<T> lost, Action<OwnedId> wake, CancellationToken ct)
        where T : TenantOwned
    {
        var found = await lost.AsNoTracking().Take(AtOnce).Select(row => new OwnedId(row.TenantId, row.Id)).ToListAsync(ct);
        found.ForEach(wake);
        return found.Count;
    }
}
