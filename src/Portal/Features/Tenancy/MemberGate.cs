using System.Security.Claims;
using Portal.Persistence;

namespace Portal.Features.Tenancy;

public enum GateState
{
    Open,
    Changed,
    Closed,
}

/// <summary>What a member reads of an organisation that is closed for the time being.</summary>
public sealed record Suspension(string Organization, string Reason);

/// <summary>
/// The one way into an organisation, for circuits and requests alike. Whoever is inside is looked up again before the next
/// context is made, at most once a second, so that a right, or a session, that ended stops the next operation and not only the next sign-in.
/// </summary>
public sealed class MemberGate(CurrentMember current, TenantScope scope, IServiceScopeFactory services, TimeProvider time)
{
    private static readonly TimeSpan s_believedFor = TimeSpan.FromSeconds(1);

    private string _address = "";
    private string? _sessionId;
    private string? _providerTenantId;
    private DateTime _checkedAt;

    /// <summary>Told to members alone, whom the gate refused for no other reason than that their organisation is suspended.</summary>
    public Suspension? Suspension { get; private set; }

    /// <summary>False where the organisation does not exist, and where this person has no business in it: nobody can tell which.</summary>
    public async Task<bool> EnterAsync(ClaimsPrincipal user, string slug, string address, CancellationToken ct, VisitKind visit = VisitKind.Page)
    {
        (_sessionId, _providerTenantId) = (user.SessionId(), user.ProviderTenantId());
        if (user.PortalUserId() is not { Length: > 0 } userId || await FindAsync(userId, slug, ct) is not { } membership || IsSuspended(membership))
        {
            return false;
        }

        (_address, _checkedAt) = (address, Now);
        current.Enter(membership, user, address);
        if (membership.Access.Kind is AccessKind.Consultant)
        {
            await using var own = services.CreateAsyncScope();
            await own.ServiceProvider.GetRequiredService<VisitService>().RecordAsync(membership, scope.Actor, visit, ct);
        }

        scope.RecheckBy(RecheckAsync);
        return true;
    }

    /// <summary>Looks up what the person may do now, whatever was believed so far.</summary>
    public async Task<GateState> CheckAsync(CancellationToken ct)
    {
        var was = current.Membership;
        if (await FindAsync(current.UserId, was.Slug, ct) is not { } now || now.TenantId != was.TenantId || IsSuspended(now))
        {
            // Believed for no moment longer: the next look finds the same, or somebody who was admitted again.
            _checkedAt = DateTime.MinValue;
            return GateState.Closed;
        }

        // Only an answer is believed: while the database is away, every operation asks again.
        _checkedAt = Now;
        if (now.Role == was.Role && now.Access.IsSameAs(was.Access))
        {
            return GateState.Open;
        }

        current.Become(now, _address);
        return GateState.Changed;
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async ValueTask RecheckAsync(CancellationToken ct)
    {
        if (Now - _checkedAt >= s_believedFor && await CheckAsync(ct) is var state and not GateState.Open)
        {
            throw new AccessChangedException(ended: state is GateState.Closed);
        }
    }

    private bool IsSuspended(Membership membership)
    {
        Suspension = membership.SuspensionReason is { } reason ? new Suspension(membership.TenantName, reason) : null;
        return Suspension is not null;
    }

    // In a scope of its own: the lookup asks for a context itself, and several may look at once.
    private async Task<Membership?> FindAsync(string userId, string slug, CancellationToken ct)
    {
        await using var own = services.CreateAsyncScope();
        if (_sessionId is not null && !await own.ServiceProvider.GetRequiredService<SessionService>().BeatAsync(_sessionId, wasActive: false, ct))
        {
            return null;
        }

        return await own.ServiceProvider.GetRequiredService<TenancyService>().FindMembershipAsync(userId, slug, _providerTenantId, ct, _sessionId);
    }
}
