namespace Portal.Persistence;

/// <summary>The row that a scope restricted to some projects knows a project by.</summary>
public interface IProjectRoot : ITenantOwned
{
    string Id { get; }
}

/// <summary>
/// A tenant's row that belongs to no project and yet must be seen by somebody admitted to some projects only.
/// Whatever neither leads to a project nor carries this is hidden from them.
/// </summary>
public interface ISeenByAll : ITenantOwned;
