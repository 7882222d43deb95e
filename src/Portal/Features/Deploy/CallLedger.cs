using Microsoft.EntityFrameworkCore;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Where an organisation's calls are put on record, open as long as more of them come: what it takes to open it is more than to write a group.
/// Nothing is tracked in it, so that it does not grow.
/// </summary>
internal sealed class CallLedger : IAsyncDisposable
{
    /// <summary>So that a connection the server would rather end is not held for hours.</summary>
    private static readonly TimeSpan s_age = TimeSpan.FromSeconds(10);

    private readonly AsyncServiceScope _services;
    private readonly PortalDbContext _db;
    private readonly BillingService _billing;
    private readonly List<ICallWitness> _witnesses;
    private readonly TimeProvider _time;
    private readonly long _opened;

    private CallLedger(AsyncServiceScope services, PortalDbContext db, TimeProvider time)
    {
        (_services, _db, _time, _opened) = (services, db, time, time.GetTimestamp());
        _billing = services.ServiceProvider.GetRequiredService<BillingService>();
        _witnesses = [.. services.ServiceProvider.GetServices<ICallWitness>()];
    }

    public bool IsOld => _time.GetElapsedTime(_opened) > s_age;

    public static async Task<CallLedger> OpenAsync(AsyncServiceScope services, string tenantId, TimeProvider time)
    {
        try
        {
            services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
            var db = await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
            await db.Database.OpenConnectionAsync();
            return new CallLedger(services, db, time);
        }
        catch
        {
            await services.DisposeAsync();
            throw;
        }
    }

    /// <summary>In one commit. After a failure it is disposed of: what it holds is of calls that are not on record.</summary>
    public async Task WriteAsync(IReadOnlyList<CallRecord> calls)
    {
        foreach (var call in calls)
        {
            foreach (var witness in _witnesses)
            {
                await (call.Words is { } words ? witness.WitnessAsync(_db, call, words) : ValueTask.CompletedTask);
            }
        }

        await using var transaction = await _db.Database.BeginTransactionAsync();
        await _db.InsertNewAsync([.. calls.Select(c => c.ToLog())], CancellationToken.None);
        foreach (var witness in _witnesses)
        {
            await witness.WriteAsync(_db, CancellationToken.None);
        }

        await _billing.RecordCallsAsync(_db, calls.SelectMany(c => c.Facts()), calls.Select(c => c.Hold).OfType<CallHold>(), CancellationToken.None);
        await transaction.CommitAsync();
        _witnesses.ForEach(w => w.Recorded());
    }

    public Task<bool> HasAsync(string responseId) => _db.InferenceLogs.AnyAsync(l => l.ResponseId == responseId);

    public async ValueTask DisposeAsync()
    {
        await _db.DisposeAsync();
        await _services.DisposeAsync();
    }
}
