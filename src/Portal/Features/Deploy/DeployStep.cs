using Portal.Components;

namespace Portal.Features.Deploy;

public sealed class DeployStep(DeploymentService deployments, TrafficService traffic) : IProjectStep
{
    public int Number => 6;

    public string Name => "Deploy";

    public string Path => "deploy";

    public async Task<StepStatus> ReadAsync(string projectId, CancellationToken ct)
    {
        var state = await deployments.ReadAsync(projectId, ct);
        if (state.UnderWay is { } underWay)
        {
            return new StepStatus(StepState.Working, $"Testing {underWay.CandidateName} with a call before it goes live");
        }

        if (state is { Live: not null, Endpoint: { PausedAt: not null } paused })
        {
            return new StepStatus(StepState.Blocked, $"{paused.Name} is paused: callers are told to come back", "Look");
        }

        if (state is { Live: not null, Endpoint: { } endpoint })
        {
            if (state.Canary is { } canary)
            {
                return new StepStatus(StepState.Working, $"live as {endpoint.Name}, with {canary.CandidateName} as a canary for {endpoint.CanaryPercent} of 100 calls", "Look");
            }

            var calls = await traffic.CallsTodayAsync(endpoint.Id, ct);
            return new StepStatus(StepState.Done, $"live as {endpoint.Name} · {(calls is 1 ? "1 call" : $"{Show.Count(calls)} calls")} today");
        }

        if (state.Deployments is [{ State: DeploymentState.Failed } failed, ..])
        {
            return new StepStatus(StepState.Blocked, $"The test call failed: {failed.SmokeProblem}", "Look");
        }

        return await deployments.ChoicesAsync(projectId, ct) switch
        {
            [] => StepStatus.Waits("Waits for an evaluation"),
            [{ Gate.Passed: true } best, ..] => new StepStatus(StepState.Now, $"{best.Candidate.Name} has passed its gate", "Deploy"),
            [var best, ..] => new StepStatus(StepState.Blocked, $"{best.Candidate.Name} is evaluated, but has not passed its gate", "Look"),
        };
    }
}
