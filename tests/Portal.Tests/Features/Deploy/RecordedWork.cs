using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace Portal.Tests.Features.Deploy;

/// <summary>Remembers what was enqueued, and runs none of it.</summary>
internal sealed class RecordedWork : IBackgroundJobClient
{
    public List<Job> Enqueued { get; } = [];

    public string Create(Job job, IState state)
    {
        Enqueued.Add(job);
        return $"{Enqueued.Count}";
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => true;
}
