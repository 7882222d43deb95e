namespace Portal.Features.Data;

/// <summary>Reading waits for a disk and for another process: on a thread of its own, so that no page queues behind it.</summary>
internal static class OwnThread
{
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken ct) => Task.Factory.StartNew(work, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
