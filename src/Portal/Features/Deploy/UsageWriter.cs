using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Portal.Features.Billing;
using Portal.Persistence;

namespace Portal.Features.Deploy;

/// <summary>
/// Puts calls on record, one writer for the process: what comes while a commit is under way makes up the next one, so that a lone call
/// waits for nobody and a thousand share a few commits. A call's rows have keys of their own; written twice they are there once.
/// </summary>
public sealed class UsageWriter(IServiceScopeFactory scopes, CallLimits limits, IOptions<DeployOptions> options, ILogger<UsageWriter> logger)
{
    private const int LargestGroup = 256;

    private readonly ConcurrentQueue<Entry> _waiting = [];
    private int _count;
    private int _isWriting;

    /// <summary>Asked before the model is: what could not be put on record in time is better not asked.</summary>
    /// <exception cref="GatewayException">503.</exception>
    public void RequireRoom()
    {
        if (Volatile.Read(ref _count) >= options.Value.MostUnrecorded)
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
        _waiting.Enqueue(entry);
        if (TryBegin())
        {
            // Not by whoever came first, who would then wait for everybody who comes after.
            _ = Task.Run(WriteAllAsync);
        }

        if (call.KeyId is { } keyId)
        {
            limits.Spend(call.TenantId, keyId, (long)call.Usage.Input + call.Usage.Output);
        }

        try
        {
            await entry.Written.Task;
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "The call {Response} of deployment {Deployment} could not be recorded: {Input} and {Output} tokens",
                call.ResponseId, call.DeploymentId, call.Usage.Input, call.Usage.Output);
            throw GatewayException.NoDatabase(fault);
        }
    }

    private bool TryBegin() => Interlocked.CompareExchange(ref _isWriting, 1, 0) is 0;

    private async Task WriteAllAsync()
    {
        do
        {
            while (Take() is { Count: > 0 } taken)
            {
                foreach (var group in taken.GroupBy(e => e.Call.TenantId, StringComparer.Ordinal))
                {
                    var writing = WriteGroupAsync(group.Key, [.. group]);
                    await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    foreach (var entry in group)
                    {
                        // Nobody is left to wait for a writer that broke.
                        entry.Written.TrySetException(writing.Exception?.InnerException ?? new TaskCanceledException(writing));
                    }
                }

                Interlocked.Add(ref _count, -taken.Count);
            }

            Volatile.Write(ref _isWriting, 0);
        }
        while (!_waiting.IsEmpty && TryBegin());
    }

    private List<Entry> Take()
    {
        var taken = new List<Entry>();
        while (taken.Count < LargestGroup && _waiting.TryDequeue(out var entry))
        {
            taken.Add(entry);
        }

        return taken;
    }

    private async Task WriteGroupAsync(string tenantId, List<Entry> group)
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

    private async Task SaveAsync(string tenantId, List<Entry> group)
    {
        await using var services = scopes.CreateAsyncScope();
        await using var db = await OpenAsync(services, tenantId);
        var billing = services.ServiceProvider.GetRequiredService<BillingService>();
        var witnesses = services.ServiceProvider.GetServices<ICallWitness>().ToList();
        foreach (var call in group.Select(e => e.Call))
        {
            db.InferenceLogs.Add(call.ToLog());
            foreach (var fact in call.Facts())
            {
                billing.Record(db, fact);
            }

            if (call.Words is { } words)
            {
                foreach (var witness in witnesses)
                {
                    await witness.WitnessAsync(db, call, words);
                }
            }
        }

        await billing.EndCallsAsync(db, [.. group.Where(e => e.Call.IsHeld).Select(e => e.Call.ResponseId)], CancellationToken.None);
        await db.SaveChangesAsync(CancellationToken.None);
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
            await using var services = scopes.CreateAsyncScope();
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
