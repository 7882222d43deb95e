using Portal.Components;

namespace Portal.Features.Model;

/// <summary>Where a run without figures stands, in words.</summary>
public static class RunWords
{
    public static string Of(CandidateRun run, DateTime now) => run switch
    {
        { IsActive: true, CancelRequestedAt: not null } => $"Stopping · {Counts(run)}",
        { IsActive: true, NextAttemptAt: { } at } => $"Waiting: {run.Problem}, trying again in {Show.Duration(at - now)} · {Counts(run)}",
        { State: RunState.Queued } => "Waiting for its turn",
        { State: RunState.Running, Answered: var settled } when settled == run.Total => $"Adding up · {Counts(run)}",
        { State: RunState.Running } => $"{Counts(run)}{TimeLeft(run, now)}",
        { State: RunState.Failed } => $"Failed: {run.Problem} {Counts(run)}.",
        _ => $"Cancelled · {Counts(run)}",
    };

    private static string Counts(CandidateRun run) =>
        $"{Show.Count(run.Answered)} of {Show.Count(run.Total)} rows{(run.FailedCount > 0 ? $", {Show.Count(run.FailedCount)} failed" : "")}";

    // Known once some rows are through; before that any number would be made up.
    private static string TimeLeft(CandidateRun run, DateTime now) => run.Answered >= 10 && run.StartedAt is { } began && now > began
        ? $" · {Show.Duration((now - began) / run.Answered * (run.Total - run.Answered))} left"
        : "";
}
