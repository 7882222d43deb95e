namespace Portal.Persistence;

/// <summary>
/// What a slice changes by statements of its own in the transaction of what a context saves: counters that many change at once, and that no
/// entity could hold without one overwriting the other.
/// </summary>
internal interface IAlongSave
{
    /// <summary>Before the save: it may refuse by throwing, and then nothing is saved. What it returns is run after it.</summary>
    Task<Func<CancellationToken, Task>> BeginAsync(PortalDbContext db, CancellationToken ct);
}
