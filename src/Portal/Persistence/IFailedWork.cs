namespace Portal.Persistence;

/// <summary>Background work that came to nothing, as those who run the portal see it: ids, numbers and times, nothing of what it was about.</summary>
public sealed record FailedItem
{
    public required string TenantId { get; init; }

    public required string Id { get; init; }

    public string? ProjectId { get; init; }

    public required DateTime At { get; init; }
}

/// <summary>
/// One kind of background work that can fail for good. Each slice registers its own, so that the platform's list needs to know none of
/// them.
/// </summary>
public interface IFailedWork
{
    /// <summary>What it is called on the screen, such as "Import".</summary>
    string Kind { get; }

    /// <summary>In the scope of the context: an organisation's, or in platform scope everybody's.</summary>
    IQueryable<FailedItem> Of(PortalDbContext db);
}
