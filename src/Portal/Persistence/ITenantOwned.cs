namespace Portal.Persistence;

/// <summary>A row that belongs to one organisation. Everything that is not on <see cref="GlobalTables"/> is one.</summary>
public interface ITenantOwned
{
    string TenantId { get; }
}
