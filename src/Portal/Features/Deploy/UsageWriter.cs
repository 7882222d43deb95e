using Microsoft.Extensions.Options;
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
    private readonly TimeProvider _time;
    private readonly Lanes<Entry> _lanes;
    private int _count;

    public UsageWriter(IServiceScopeFactory scopes, CallLimits limits, WriteTurns turns, IOptions<DeployOptions> options, TimeProvider time, ILogger<UsageWriter> logger)
    {
        (_scopes, _limits, _turns, _options, _time, _logger) = (scopes, limits, turns, options, time, logger);
        _lanes = new Lanes<Entry>(tenantId => new Writing(this, tenantId));
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

    private sealed class Entry(CallRecord call)
    {
        public CallRecord Call { get; } = call;

        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Of an organisation that has calls just now: its ledger stays open from one group to the next.</summary>
    private sealed class Writing(UsageWriter writer, string tenantId) : LaneWork<Entry>
    {
        private CallLedger? _ledger;

        /// <summary>Callers who come again and again leave gaps of some milliseconds.</summary>
        public override TimeSpan Patience => _ledger is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(20);

        public override async Task DoAsync(IReadOnlyList<Entry> group)
        {
            using var turn = await writer._turns.TakeAsync();
            var writing = WriteAsync(group);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Add(ref writer._count, -group.Count);
            foreach (var entry in group)
            {
                // Nobody is left to wait for a writer that broke.
                entry.Written.TrySetException(writing.Exception?.InnerException ?? new TaskCanceledException(writing));
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await CloseAsync();
            await base.DisposeAsync();
        }

        private async Task WriteAsync(IReadOnlyList<Entry> group)
        {
            var saving = SaveAsync(group);
            await saving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!saving.IsCompletedSuccessfully && group.Count > 1)
            {
                // One that cannot be written takes no other with it.
                foreach (var entry in group)
                {
                    await WriteAsync([entry]);
                }

                return;
            }

            foreach (var entry in group)
            {
                if (saving.IsCompletedSuccessfully || await IsThereAsync(entry))
                {
                    entry.Written.SetResult();
                }
                else
                {
                    entry.Written.SetException(saving.Exception?.InnerException ?? new TaskCanceledException(saving));
                }
            }
        }

        private async Task SaveAsync(IReadOnlyList<Entry> group)
        {
            _ledger ??= await OpenAsync();
            var writing = _ledger.WriteAsync([.. group.Select(e => e.Call)]);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!writing.IsCompletedSuccessfully || _ledger.IsOld)
            {
                await CloseAsync();
            }

            await writing;
        }

        /// <summary>A connection that broke after the commit looks like one that broke before it.</summary>
        private async Task<bool> IsThereAsync(Entry entry)
        {
            var looking = LookAsync();
            await ((Task)looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return looking is { IsCompletedSuccessfully: true, Result: true };

            async Task<bool> LookAsync()
            {
                await using var ledger = await OpenAsync();
                return await ledger.HasAsync(entry.Call.ResponseId);
            }
        }

        private Task<CallLedger> OpenAsync() => CallLedger.OpenAsync(writer._scopes.CreateAsyncScope(), tenantId, writer._time);

        private async ValueTask CloseAsync()
        {
            if (_ledger is { } ledger)
            {
                _ledger = null;
                await ledger.DisposeAsync();
            }
        }
    }
}
