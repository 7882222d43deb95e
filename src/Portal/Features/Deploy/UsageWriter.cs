using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Puts calls on record, those of an organisation that come together in one commit. A call's rows have keys of their own; written twice they are
/// there once.
/// </summary>
public sealed class UsageWriter
{
    private readonly IServiceScopeFactory _scopes;
    private readonly CallLimits _limits;
    private readonly WriteTurns _turns;
    private readonly IOptions<DeployOptions> _options;
    private readonly ILogger<UsageWriter> _logger;
    private readonly Lanes<Entry> _lanes;
    private int _count;

    public UsageWriter(IServiceScopeFactory scopes, CallLimits limits, WriteTurns turns, IOptions<DeployOptions> options, ILogger<UsageWriter> logger)
    {
        (_scopes, _limits, _turns, _options, _logger) = (scopes, limits, turns, options, logger);
        _lanes = new Lanes<Entry>(WriteAsync);
    }

    /// <summary>Asked before the model is: what could not be put on record in time is better not asked.</summary>
    /// <exception cref="GatewayException">503.</exception>
    public void RequireRoom()
    {
        if (Volatile.Read(ref _count) >= _options.Value.MostUnrecorded)
        {
            throw GatewayException.NoDatabase();
        }
    }

    /// <summary>Is through once the call is durable.</summary>
    /// <exception cref="GatewayException">503: it is not, and nobody may have the answer.</exception>
    public async Task WriteAsync(CallRecord call)
    {
        var entry = new Entry(call);
        Interlocked.Increment(ref _count);
        _lanes.Add(call.TenantId, entry);
        if (call.KeyId is { } keyId)
        {
            _limits.Spend(call.TenantId, keyId, (long)call.Usage.Input + call.Usage.Output);
        }

        try
        {
            await entry.Written.Task;
        }
        catch (Exception fault)
        {
            _logger.LogError(fault, "The call {Response} of deployment {Deployment} could not be recorded: {Input} and {Output} tokens",
                call.ResponseId, call.DeploymentId, call.Usage.Input, call.Usage.Output);
            throw GatewayException.NoDatabase(fault);
        }
    }

    private async Task WriteAsync(string tenantId, IReadOnlyList<Entry> group)
    {
        using var turn = await _turns.TakeAsync();
        var writing = WriteGroupAsync(tenantId, group);
        await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Add(ref _count, -group.Count);
        foreach (var entry in group)
        {
            // Nobody is left to wait for a writer that broke.
            entry.Written.TrySetException(writing.Exception?.InnerException ?? new TaskCanceledException(writing));
        }
    }

    private async Task WriteGroupAsync(string tenantId, IReadOnlyList<Entry> group)
    {
        var saving = SaveAsync(tenantId, group);
        await saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!saving.IsCompletedSuccessfully && group.Count > 1)
        {
            // One that cannot be written takes no other with it.
            foreach (var entry in group)
            {
                await WriteGroupAsync(tenantId, [entry]);
            }

            return;
        }

        foreach (var entry in group)
        {
            if (saving.IsCompletedSuccessfully || await IsThereAsync(tenantId, entry))
            {
                entry.Written.SetResult();
            }
            else
            {
                entry.Written.SetException(saving.Exception?.InnerException ?? new TaskCanceledException(saving));
            }
        }
    }

    private async Task SaveAsync(string tenantId, IReadOnlyList<Entry> group)
    {
        await using var services = _scopes.CreateAsyncScope();
        await using var db = await OpenAsync(services, tenantId);
        var witnesses = services.ServiceProvider.GetServices<ICallWitness>().ToList();
        foreach (var call in group.Select(e => e.Call))
        {
            foreach (var witness in witnesses)
            {
                await (call.Words is { } words ? witness.WitnessAsync(db, call, words) : ValueTask.CompletedTask);
            }
        }

        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        await db.InsertNewAsync([.. group.Select(e => e.Call.ToLog())], CancellationToken.None);
        foreach (var witness in witnesses)
        {
            await witness.WriteAsync(db, CancellationToken.None);
        }

        // Last, as budgets are what all wait for.
        await services.ServiceProvider.GetRequiredService<BillingService>()
            .RecordCallsAsync(db, group.SelectMany(e => e.Call.Facts()), group.Select(e => e.Call.Hold).OfType<CallHold>(), CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
        witnesses.ForEach(w => w.Recorded());
    }

    /// <summary>A connection that broke after the commit looks like one that broke before it.</summary>
    private async Task<bool> IsThereAsync(string tenantId, Entry entry)
    {
        var looking = LookAsync();
        await ((Task)looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return looking is { IsCompletedSuccessfully: true, Result: true };

        async Task<bool> LookAsync()
        {
            await using var services = _scopes.CreateAsyncScope();
            await using var db = await OpenAsync(services, tenantId);
            return await db.InferenceLogs.AnyAsync(l => l.ResponseId == entry.Call.ResponseId);
        }
    }

    private static async Task<PortalDbContext> OpenAsync(AsyncServiceScope services, string tenantId)
    {
        services.ServiceProvider.GetRequiredService<TenantScope>().Enter(tenantId);
        return await services.ServiceProvider.GetRequiredService<IDbContextFactory<PortalDbContext>>().CreateDbContextAsync();
    }

    private sealed class Entry(CallRecord call)
    {
        public CallRecord Call { get; } = call;

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
