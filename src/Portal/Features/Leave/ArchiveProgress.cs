namespace Portal.Features.Leave;

/// <summary>Counts rows, and tells of them at most once in two seconds: telling is also what keeps the lease.</summary>
public sealed class ArchiveProgress(TimeProvider time, Func<long, Task> tell)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private long _told = time.GetTimestamp();
    private long _done;

    public async ValueTask StepAsync(long rows)
    {
        _done += rows;
        if (time.GetElapsedTime(_told) >= s_every)
        {
            _told = time.GetTimestamp();
            await tell(_done);
        }
    }
}
