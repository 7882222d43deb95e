using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Portal.Persistence;

/// <summary>Keeps something of the database in memory, and is told once a row that it was read from has changed here. Other nodes' changes it finds by reading again.</summary>
public interface ISaveWatch
{
    bool IsOf(object row);

    /// <param name="tenantId">Whose row it was; null for one of the platform's, which may concern everybody.</param>
    void Changed(string? tenantId);
}

/// <summary>Tells the watches, once what was saved is committed.</summary>
internal sealed class SaveWatcher(IEnumerable<ISaveWatch> watches) : ISaveChangesInterceptor, IDbTransactionInterceptor
{
    private readonly List<ISaveWatch> _watches = [.. watches];
    private readonly ConditionalWeakTable<DbContext, HashSet<ISaveWatch>> _concerned = [];

    public InterceptionResult<int> SavingChanges(DbContextEventData eventData, InterceptionResult<int> result)
    {
        Look(eventData.Context);
        return result;
    }

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default)
    {
        Look(eventData.Context);
        return new(result);
    }

    public int SavedChanges(SaveChangesCompletedEventData eventData, int result)
    {
        Saved(eventData.Context);
        return result;
    }

    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        Saved(eventData.Context);
        return new(result);
    }

    public void TransactionCommitted(DbTransaction transaction, TransactionEndEventData eventData) => Tell(eventData.Context);

    public Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        Tell(eventData.Context);
        return Task.CompletedTask;
    }

    private void Look(DbContext? context)
    {
        if (context is null)
        {
            return;
        }

        // What has changed was found a moment ago, when the rows were stamped.
        var (tracker, finds) = (context.ChangeTracker, context.ChangeTracker.AutoDetectChangesEnabled);
        tracker.AutoDetectChangesEnabled = false;
        foreach (var entry in tracker.Entries())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted)
            {
                foreach (var watch in _watches)
                {
                    if (watch.IsOf(entry.Entity))
                    {
                        _concerned.GetOrCreateValue(context).Add(watch);
                    }
                }
            }
        }

        tracker.AutoDetectChangesEnabled = finds;
    }

    private void Saved(DbContext? context)
    {
        if (context?.Database.CurrentTransaction is null)
        {
            Tell(context);
        }
    }

    private void Tell(DbContext? context)
    {
        if (context is PortalDbContext db && _concerned.TryGetValue(db, out var concerned))
        {
            _concerned.Remove(db);
            foreach (var watch in concerned)
            {
                watch.Changed(db.TenantIdOrNone is { Length: > 0 } tenantId ? tenantId : null);
            }
        }
    }
}
