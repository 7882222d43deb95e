using Hangfire;

namespace Portal.Features.Tenancy;

/// <summary>Has the platform's log told of an act at once, for slices that write one. Should it be lost, the sweep finds the act.</summary>
public sealed class PlatformLogService(IBackgroundJobClient jobs)
{
    /// <summary>Called after the save.</summary>
    public void Wake(PlatformAct act) => jobs.Enqueue<PlatformActWorker>(w => w.RunAsync(PlatformLog.Id, act.Id, CancellationToken.None));
}
