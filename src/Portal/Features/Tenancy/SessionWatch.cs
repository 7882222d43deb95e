using System.Data.Common;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.Options;

namespace Portal.Features.Tenancy;

/// <summary>
/// What an open page stands on, asked every few seconds. Whoever knows another reason to leave adds a question of its own:
/// its answer is the address to go to, or null to stay. Whoever has to leave sees nothing of the page any more.
/// </summary>
public sealed class SessionWatch
{
    private readonly List<Func<CancellationToken, Task<string?>>> _questions = [];
    private volatile bool _wasActive;

    /// <summary>Raised once, with the address to go to; not on the renderer's thread.</summary>
    public event Action<string>? Left;

    public void Ask(Func<CancellationToken, Task<string?>> leaveFor) => _questions.Add(leaveFor);

    internal void SawActivity() => _wasActive = true;

    internal bool TakeActivity()
    {
        var was = _wasActive;
        _wasActive = false;
        return was;
    }

    internal async Task<string?> LeaveForAsync(CancellationToken ct)
    {
        foreach (var question in _questions)
        {
            if (await question(ct) is { } address)
            {
                return address;
            }
        }

        return null;
    }

    internal void Leave(string address) => Left?.Invoke(address);
}

/// <summary>The person of a circuit: somebody while the session stands, nobody from the moment it does not.</summary>
internal sealed class CircuitPerson(ILoggerFactory loggers, SessionWatch watch, IServiceScopeFactory services, IOptions<SignInOptions> options)
    : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => options.Value.CheckEvery;

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            // A scope of its own: the circuit's may be in use, and acts for one organisation.
            await using var own = services.CreateAsyncScope();
            var stands = authenticationState.User.SessionId() is { } id
                && await own.ServiceProvider.GetRequiredService<SessionService>().BeatAsync(id, watch.TakeActivity(), cancellationToken);
            var leaveFor = stands ? await watch.LeaveForAsync(cancellationToken) : PortalUrls.SignInEnded;
            if (leaveFor is not null)
            {
                watch.Leave(leaveFor);
            }

            return leaveFor is null;
        }
        catch (Exception fault) when (fault is DbException or TimeoutException or InvalidOperationException { InnerException: DbException })
        {
            // A dead database is no ended session. Nothing can be read from it either, and the next beat asks again.
            return true;
        }
    }
}

/// <summary>A click or a keystroke in an open page is work in its session, though no request is made.</summary>
internal sealed class CircuitActivity(SessionWatch watch) : CircuitHandler
{
    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(Func<CircuitInboundActivityContext, Task> next) => context =>
    {
        watch.SawActivity();
        return next(context);
    };
}
