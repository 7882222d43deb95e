namespace Portal.Persistence;

/// <summary>A tenant's row with a public id. Its key is (TenantId, Id), so a reference cannot point into another tenant.</summary>
public abstract class TenantOwned : ITenantOwned
{
    public string TenantId { get; private set; } = "";

    public string Id { get; private set; } = "";
}
