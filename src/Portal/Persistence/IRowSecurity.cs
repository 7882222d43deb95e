namespace Portal.Persistence;

/// <summary>
/// The database's own border between tenants, behind the query filter: whatever a query says, it is shown the rows of the tenant its
/// connection was opened for, none while there is no tenant, and in platform scope all of them to read.
/// </summary>
public interface IRowSecurity
{
    /// <summary>As the owner, before migrations that are pending: they may change every tenant's rows and the tables' shape.</summary>
    Task LiftAsync(PortalDbContext owner, CancellationToken ct);

    /// <summary>As the owner, after them: every tenant's table of the model, whatever was there before. Changes nothing where nothing differs.</summary>
    Task ApplyAsync(PortalDbContext owner, CancellationToken ct);

    /// <summary>As the application: why the database does not keep tenants apart for it, and the remedy. Null where it does.</summary>
    Task<string?> FindFaultAsync(PortalDbContext application, CancellationToken ct);
}
