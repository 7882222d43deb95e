using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Portal.Features.Deploy;

/// <summary>
/// Whether an organisation's way to the model works. After several faults in a row its calls are told to come back without the model
/// being asked, but for one at a time that tries whether it answers again. Kept by organisation: each may have a Google project of its
/// own, and one that is broken, or out of its quota, says nothing of another's.
/// </summary>
public sealed class VendorHealth(IOptions<DeployOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Trouble> _troubles = new(StringComparer.Ordinal);

    /// <exception cref="GatewayException">503, with the time until the next try.</exception>
    public void RequireWell(string tenantId)
    {
        if (_troubles.TryGetValue(tenantId, out var trouble) && trouble.Wait(time, options.Value) is { } wait)
        {
            throw GatewayException.Pausing(wait);
        }
    }

    /// <param name="fault">Null for an answer. That there is no room just now, or that the request is wrong, is an answer too.</param>
    public void Note(string tenantId, GatewayException? fault)
    {
        if (fault is { Code: 502 or 503 or 504 })
        {
            _troubles.GetOrAdd(tenantId, _ => new Trouble()).Add(time, options.Value);
        }
        else
        {
            _troubles.TryRemove(tenantId, out _);
        }
    }

    private sealed class Trouble
    {
        private readonly Lock _lock = new();
        private int _faults;
        private DateTimeOffset _until;

        public void Add(TimeProvider time, DeployOptions options)
        {
            lock (_lock)
            {
                _faults++;
                _until = time.GetUtcNow() + options.FaultPause;
            }
        }

        /// <summary>Null for whoever may try; the others wait for what that comes to.</summary>
        public TimeSpan? Wait(TimeProvider time, DeployOptions options)
        {
            lock (_lock)
            {
                var now = time.GetUtcNow();
                if (_faults < options.FaultsBeforePause)
                {
                    return null;
                }

                if (now < _until)
                {
                    return _until - now;
                }

                _until = now + options.FaultPause;
                return null;
            }
        }
    }
}
