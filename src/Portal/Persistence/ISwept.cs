namespace Portal.Persistence;

/// <summary>
/// Finds work that was lost between a save and its enqueue, or with a killed process, and enqueues it again.
/// Called with a context in platform scope, so it sees every tenant; it must only read.
/// </summary>
public interface ISwept
{
    Task<int> EnqueueLostAsync(PortalDbContext db, DateTime now, CancellationToken ct);
}
