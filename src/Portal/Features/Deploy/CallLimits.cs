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
        var (key, tenant) = (ShareOf(holder.KeyId), ShareOf(holder.TenantId));
        if (Interlocked.Increment(ref _taken) % SweepEvery is 0)
        {
            Sweep();
        }

        // Nobody takes a key's lock inside an organisation's.
        lock (key.Lock)
        {
            lock (tenant.Lock)
            {
                Fill(holder, key, tenant);
                var wait = Longer(key.WaitForOne(), tenant.WaitForOne());
                if (wait > TimeSpan.Zero)
                {
                    return wait;
                }

                key.Calls.Take(1);
                tenant.Calls.Take(1);
                return null;
            }
        }
    }

    /// <summary>What a call used, once it is known. How much the key may is known when it comes again.</summary>
    public void Spend(string tenantId, string keyId, long tokens)
    {
        foreach (var share in (ReadOnlySpan<Share>)[ShareOf(keyId), ShareOf(tenantId)])
        {
            lock (share.Lock)
            {
                share.Tokens.Fill(time, time.GetTimestamp());
                share.Tokens.Take(tokens);
            }
        }
    }

    public LimitState Read(KeyHolder holder)
    {
        var (key, tenant) = (ShareOf(holder.KeyId), ShareOf(holder.TenantId));
        lock (key.Lock)
        {
            lock (tenant.Lock)
            {
                Fill(holder, key, tenant);
                var (calls, tokens) = (Tighter(key.Calls.Read(), tenant.Calls.Read()), Tighter(key.Tokens.Read(), tenant.Tokens.Read()));
                return new LimitState(calls.Limit, calls.Left, calls.UntilFull, tokens.Limit, tokens.Left, tokens.UntilFull);
            }
        }
    }

    /// <summary>One of the organisation's places, given back when disposed of.</summary>
    /// <exception cref="GatewayException">429: no place, nor one to wait in, or none in time.</exception>
    public async Task<IDisposable> EnterAsync(string tenantId, CancellationToken ct)
    {
        var share = ShareOf(tenantId);
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

    /// <summary>In both locks: what has come since, up to what they may have by now.</summary>
    private void Fill(KeyHolder holder, Share key, Share tenant)
    {
        var now = time.GetTimestamp();
        key.Fill(time, now);
        tenant.Fill(time, now);
        var o = options.Value;
        var tokens = holder.TokensPerMinute ?? o.TokensPerMinute;
        key.Calls.Set(holder.RequestsPerMinute ?? o.Burst, holder.RequestsPerMinute ?? o.CallsPerMinute);
        key.Tokens.Set(tokens, tokens);
        tenant.Calls.Set(o.OrganizationBurst, o.OrganizationCallsPerMinute);
        tenant.Tokens.Set(o.OrganizationTokensPerMinute, o.OrganizationTokensPerMinute);
    }

    private Share ShareOf(string id) => _shares.TryGetValue(id, out var share) ? share : _shares.GetOrAdd(id, Make);

    private Share Make(string id) => new(new CallBucket(time.GetTimestamp()), new CallBucket(time.GetTimestamp()), new SemaphoreSlim(options.Value.MostCallsAtOnce));

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static (long Limit, long Left, TimeSpan UntilFull) Tighter((long Limit, long Left, TimeSpan UntilFull) a, (long Limit, long Left, TimeSpan UntilFull) b) =>
        a.Left <= b.Left ? a : b;

    // One that is dropped while somebody takes from it forgets one call at most.
    private void Sweep()
    {
        foreach (var (id, share) in _shares)
        {
            if (Volatile.Read(ref share.Inside) is 0 && share.IsFull(time))
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

        public Lock Lock { get; } = new();

        public void Fill(TimeProvider time, long now)
        {
            Calls.Fill(time, now);
            Tokens.Fill(time, now);
        }

        public TimeSpan WaitForOne() => Longer(Calls.WaitForOne(), Tokens.WaitForOne());

        public bool IsFull(TimeProvider time)
        {
            lock (Lock)
            {
                Fill(time, time.GetTimestamp());
                return Calls.Read().UntilFull <= TimeSpan.Zero && Tokens.Read().UntilFull <= TimeSpan.Zero;
            }
        }
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
