namespace Portal.Persistence;

/// <summary>
/// Who the current code acts for. One instance lives as long as its service scope (a circuit, a request, a worker's step)
/// and may be entered for one tenant only, so that nothing begun for one organisation can end in another.
/// </summary>
public sealed class TenantScope
{
    private string? _tenantId;
    private bool _platform;
    private Actor? _actor;
    private Func<Actor>? _actorOf;
    private Func<CancellationToken, ValueTask>? _recheck;

    public bool IsSet => _tenantId is not null || _platform;

    public bool IsPlatform => _platform;

    public string TenantId => _tenantId ?? throw new InvalidOperationException(
        "No organisation is in scope. Enter a TenantScope before touching its rows.");

    /// <summary>Stands on every audit entry written from here.</summary>
    public Actor Actor => _actor ??= _actorOf?.Invoke() ?? Actor.Portal;

    /// <summary>The only projects whose rows may be seen or written; null is every project.</summary>
    public IReadOnlyCollection<string>? ProjectIds { get; private set; }

    /// <summary>Contexts made from now on read, and write nothing but the audit log.</summary>
    public bool IsReadOnly { get; private set; }

    public void Enter(string tenantId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(tenantId);
        if (_platform || (_tenantId is not null && _tenantId != tenantId))
        {
            throw new InvalidOperationException("This scope already acts for somebody else. Open a new service scope.");
        }

        _tenantId = tenantId;
    }

    /// <summary>Sees every tenant's rows and may change none of them. Only Admin, usage reporting and Hosting enter it.</summary>
    public void EnterPlatform()
    {
        if (_tenantId is not null)
        {
            throw new InvalidOperationException("This scope already acts for an organisation. Open a new service scope.");
        }

        _platform = true;
    }

    public void ActAs(Actor actor) => _actor = actor;

    /// <summary>The same where most of what is done leaves no entry: who it is is put together once it is asked.</summary>
    public void ActAs(Func<Actor> actorOf) => (_actor, _actorOf) = (null, actorOf);

    /// <summary>Contexts made from now on see and write only rows of these projects; null lifts the restriction.</summary>
    public void RestrictTo(IReadOnlyCollection<string>? projectIds) => ProjectIds = projectIds;

    public void OnlyRead(bool only) => IsReadOnly = only;

    /// <summary>Asked before every context is made: it throws once the right to be here has ended.</summary>
    public void RecheckBy(Func<CancellationToken, ValueTask> recheck) => _recheck = recheck;

    public ValueTask RecheckAsync(CancellationToken ct) => _recheck?.Invoke(ct) ?? ValueTask.CompletedTask;
}
