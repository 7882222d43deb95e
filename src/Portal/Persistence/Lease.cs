using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Portal.Persistence;

/// <summary>Work of which a worker does one step at a time, and only while nobody else has it.</summary>
public interface ILeased : IVersioned
{
    /// <summary>Whose it is; a worker that finds another's token here writes nothing more.</summary>
    string? LeaseToken { get; }

    /// <summary>It ends by itself, for a worker that died.</summary>
    DateTime? LeaseUntil { get; }
}

/// <summary>How every worker takes, prolongs and gives back what is <see cref="ILeased"/>: each by one conditional update.</summary>
public static class Lease
{
    /// <summary>A timer may fire a moment before the time that it was set to: what is due within this is due.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromSeconds(1);

    /// <param name="work">The one row, as far as it is open and due.</param>
    /// <param name="now">The time.</param>
    /// <param name="length">How long it is held unless it is prolonged or given back.</param>
    /// <param name="begin">What else is set with it.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The token; null where it is another worker's, or none is there.</returns>
    public static async Task<string?> TakeAsync<T>(this IQueryable<T> work, DateTime now, TimeSpan length, Action<UpdateSettersBuilder<T>> begin, CancellationToken ct)
        where T : TenantOwned, ILeased
    {
        var (token, until) = (Guid.NewGuid().ToString("N"), now + length);
        var taken = await work.Where(w => w.LeaseUntil == null || w.LeaseUntil < now).ExecuteUpdateAsync(
            set =>
            {
                // The version moves too: whoever had it before can no longer save.
                set.SetProperty(w => w.LeaseToken, token).SetProperty(w => w.LeaseUntil, until).SetProperty(w => w.Version, w => w.Version + 1);
                begin(set);
            },
            ct);
        return taken is 0 ? null : token;
    }

    /// <summary>Whether it is still held with this token.</summary>
    public static async Task<bool> ProlongAsync<T>(this IQueryable<T> work, string id, string? token, DateTime until, CancellationToken ct)
        where T : TenantOwned, ILeased =>
        await work.Where(w => w.Id == id && w.LeaseToken == token).ExecuteUpdateAsync(set => set.SetProperty(w => w.LeaseUntil, until), ct) is 1;

    /// <summary>Gives back what was not saved; what was, has been given back with the save. It is done even where everything else is cancelled.</summary>
    public static async Task GiveBackAsync<T>(this IDbContextFactory<PortalDbContext> dbs, string id, string? token)
        where T : TenantOwned, ILeased
    {
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        await db.Set<T>().Where(w => w.Id == id && w.LeaseToken == token)
            .ExecuteUpdateAsync(set => set.SetProperty(w => w.LeaseToken, (string?)null).SetProperty(w => w.LeaseUntil, (DateTime?)null), CancellationToken.None);
    }
}
