using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Portal.Features.Tenancy;

namespace Portal.Features.Deploy;

/// <summary>What is left of the tighter of a key's and its organisation's limits, as callers are told in headers.</summary>
public sealed record LimitState(long Calls, long CallsLeft, TimeSpan CallsReset, long Tokens, long TokensLeft, TimeSpan TokensReset);

/// <summary>
/// How fast a key and an organisation may call, in calls and in tokens, and how many of an organisation's calls run at once: who comes
/// too fast is told when to come back, who comes too thick waits a bounded while in a bounded queue, and neither is felt by anybody else.
/// Only a key that exists gets a bucket, so strangers cannot fill the memory; one that is full again is dropped.
/// </summary>
public sealed class CallLimits(IOptions<DeployOptions> options, TimeProvider time)
{
    private const int SweepEvery = 1_024;

    private readonly ConcurrentDictionary<string, Share> _shares = new(StringComparer.Ordinal);
    private int _taken;

    internal int Count => _shares.Count;

    /// <summary>Takes one call from both; null when it may go on, else how long to wait. A call that is refused takes nothing.</summary>
    public TimeSpan? Take(KeyHolder holder)
    {
        var (key, tenant) = SharesOf(holder);
        if (Interlocked.Increment(ref _taken) % SweepEvery is 0)
        {
            Sweep();
        }

        var wait = new[] { key.Calls.WaitFor(1), tenant.Calls.WaitFor(1), key.Tokens.WaitFor(1), tenant.Tokens.WaitFor(1) }.Max();
        if (wait > TimeSpan.Zero)
        {
            return wait;
        }

        key.Calls.Take(1);
        tenant.Calls.Take(1);
        return null;
    }

    /// <summary>What a call used, once it is known. How much the key may is known when it comes again.</summary>
    public void Spend(string tenantId, string keyId, long tokens)
    {
        _shares.GetOrAdd(keyId, Make).Tokens.Take(tokens);
        _shares.GetOrAdd(tenantId, Make).Tokens.Take(tokens);
    }

    public LimitState Read(KeyHolder holder)
    {
        var (key, tenant) = SharesOf(holder);
        var (calls, tokens) = (Tighter(key.Calls.Read(), tenant.Calls.Read()), Tighter(key.Tokens.Read(), tenant.Tokens.Read()));
        return new LimitState(calls.Limit, calls.Left, calls.UntilFull, tokens.Limit, tokens.Left, tokens.UntilFull);
    }

    /// <summary>One of the organisation's places, given back when disposed of.</summary>
    /// <exception cref="GatewayException">429: no place, nor one to wait in, or none in time.</exception>
    public async Task<IDisposable> EnterAsync(string tenantId, CancellationToken ct)
    {
        var share = _shares.GetOrAdd(tenantId, Make);
        var place = new Place(share);
        if (Interlocked.Increment(ref share.Inside) > options.Value.MostCallsAtOnce + options.Value.MostCallsWaiting)
        {
            place.Leave();
            throw GatewayException.TooMany(options.Value.CallWait);
        }

        var waiting = share.Places.WaitAsync(options.Value.CallWait, ct);
        await ((Task)waiting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (waiting is { IsCompletedSuccessfully: true, Result: true })
        {
            return place.Taken();
        }

        place.Leave();
        ct.ThrowIfCancellationRequested();
        throw GatewayException.TooMany(options.Value.CallWait);
    }

    private (Share Key, Share Tenant) SharesOf(KeyHolder holder)
    {
        var o = options.Value;
        var (key, tenant) = (_shares.GetOrAdd(holder.KeyId, Make), _shares.GetOrAdd(holder.TenantId, Make));
        var tokens = holder.TokensPerMinute ?? o.TokensPerMinute;
        key.Calls.Set(holder.RequestsPerMinute ?? o.Burst, holder.RequestsPerMinute ?? o.CallsPerMinute);
        key.Tokens.Set(tokens, tokens);
        tenant.Calls.Set(o.OrganizationBurst, o.OrganizationCallsPerMinute);
        tenant.Tokens.Set(o.OrganizationTokensPerMinute, o.OrganizationTokensPerMinute);
        return (key, tenant);
    }

    private Share Make(string id) => new(new CallBucket(time), new CallBucket(time), new SemaphoreSlim(options.Value.MostCallsAtOnce));

    private static (long Limit, long Left, TimeSpan UntilFull) Tighter((long Limit, long Left, TimeSpan UntilFull) a, (long Limit, long Left, TimeSpan UntilFull) b) =>
        a.Left <= b.Left ? a : b;

    // One that is dropped while somebody takes from it forgets one call at most.
    private void Sweep()
    {
        foreach (var (id, share) in _shares)
        {
            if (Volatile.Read(ref share.Inside) is 0 && share.Calls.Read().UntilFull <= TimeSpan.Zero && share.Tokens.Read().UntilFull <= TimeSpan.Zero)
            {
                _shares.TryRemove(id, out _);
            }
        }
    }

    private sealed class Share(CallBucket calls, CallBucket tokens, SemaphoreSlim places)
    {
        /// <summary>Running and waiting.</summary>
        public int Inside;

        public CallBucket Calls { get; } = calls;

        public CallBucket Tokens { get; } = tokens;

        public SemaphoreSlim Places { get; } = places;
    }

    private sealed class Place(Share share) : IDisposable
    {
        private int _isTaken;

        public Place Taken()
        {
            _isTaken = 1;
            return this;
        }

        public void Leave() => Interlocked.Decrement(ref share.Inside);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isTaken, 0) is 1)
            {
                share.Places.Release();
                Leave();
            }
        }
    }
}
