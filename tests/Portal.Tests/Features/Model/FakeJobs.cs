using Hangfire;
using Hangfire.Common;
using Hangfire.States;

namespace Portal.Tests.Features.Model;

/// <summary>Remembers what was enqueued or scheduled; a test decides what of it runs.</summary>
public sealed class FakeJobs : IBackgroundJobClient
{
    public Queue<(Job Job, IState State)> Waiting { get; } = new();

    public string Create(Job job, IState state)
    {
        Waiting.Enqueue((job, state));
        return Waiting.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public bool ChangeState(string jobId, IState state, string expectedState) => throw new NotSupportedException();
}
