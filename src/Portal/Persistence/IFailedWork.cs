namespace Portal.Persistence;

/// <summary>Background work that came to nothing or does not get on, as those who run the portal see it: ids, numbers and times, nothing of what it was about.</summary>
public sealed record FailedItem
{
    public required string TenantId { get; init; }

    public required string Id { get; init; }

    public string? ProjectId { get; init; }

    public required DateTime At { get; init; }

    /// <summary>How often it was begun, where that is counted.</summary>
    public int Attempts { get; init; }

    /// <summary>What was written down about why. It may quote a file or an answer, so it is never shown: <see cref="IFailedWork.CauseOf"/> finds words for it.</summary>
    public string Stored { get; init; } = "";
}

/// <summary>
/// One kind of background work that can fail for good, or wait longer than it should. Each slice registers its own, so that the platform's
/// list needs to know none of them.
/// </summary>
public interface IFailedWork
{
    /// <summary>How long something may wait before it is worth a look.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>What it is called on the screen, such as "Import".</summary>
    string Kind { get; }

    /// <summary>Why the platform does not begin again what failed; null where it may.</summary>
    string? WhyNotAgain { get; }

    /// <summary>In the scope of the context: an organisation's, or in platform scope everybody's.</summary>
    IQueryable<FailedItem> Of(PortalDbContext db);

    /// <summary>What is tried again and again, or was taken up by nobody; null where nothing of the kind waits.</summary>
    IQueryable<FailedItem>? WaitingOf(PortalDbContext db, DateTime now) => null;

    /// <summary>Why, in plain words of our own.</summary>
    string CauseOf(string stored);

    /// <summary>
    /// Begins it again the way its slice does, saved by the caller. What is returned wakes it after the save; null where there is nothing to
    /// begin any more, because somebody did already.
    /// </summary>
    Task<Action?> AgainAsync(PortalDbContext db, string id, DateTime now, CancellationToken ct);
}
